// Package exercise is what the lessons under cmd have in common: their
// settings, recipes and flags, the steps of the training flow that the
// settings turn into library calls, and the files that a run leaves behind.
//
// A lesson's main.go goes through the steps of a [Run] in the order of the
// course's training flow:
//
//	exercise.Main(exercise.Iris(), func(ctx context.Context, run *exercise.Run) error {
//		table, err := run.Table()                          // 1 training data
//		train, valid, err := run.Split(table)              // 2 preprocessing
//		net, err := run.Network(train)                     // 3 network, loss, optimizer
//		result, err := run.Fit(ctx, net, train, valid)     // 4–8 training
//		outcome, err := run.Evaluate(net, train, valid, result)
//		return run.Write(outcome)
//	})
//
// [Lesson.Run] goes through the same steps without flags, printing or files,
// for programs that repeat a lesson many times.
//
// While a run trains it keeps a checkpoint in its folder, from which -resume
// goes on after Ctrl-C or a power cut, with the settings of the beginning. The
// results are those of a run that was never interrupted, to the byte. A finished
// run removes its checkpoint.
package exercise
