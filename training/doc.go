// Package training fits models to data.
//
// [Fit] is the whole of it in one call: it serves mini-batches, makes steps on
// Gorgonia's TapeMachine, evaluates after every epoch and stops after a number
// of epochs or under a loss.
//
//	result, err := training.Fit(ctx, net, train, valid, training.Options{
//		Optimizer: training.Adam(1e-2), BatchSize: 16, Epochs: 300, LossBelow: 0.01,
//	})
//	fmt.Println(result.Stop) // loss below 0.01 after 212 epochs
//
// The loop under it is [Trainer], for those who write their own:
//
//	trainer, err := training.NewTrainer(net, training.Adam(1e-2))
//	for epoch := range epochs {
//		for batch := range loader.Epoch(epoch) {
//			loss, err := trainer.Step(batch) // forward, loss, backward, update
//		}
//	}
//
// # Optimizers and schedules
//
// Optimizers follow PyTorch's definitions and defaults to the number:
//
//	here                            torch.optim
//	SGD(0.1)                        SGD(lr=0.1)
//	Momentum(0.1, 0.9)              SGD(lr=0.1, momentum=0.9)
//	Nesterov(0.1, 0.9)              SGD(lr=0.1, momentum=0.9, nesterov=True)
//	RMSprop(0.01)                   RMSprop(lr=0.01)
//	Adam(1e-3, Betas(0.9, 0.99))    Adam(lr=1e-3, betas=(0.9, 0.99))
//	AdamW(1e-3, WeightDecay(0.1))   AdamW(lr=1e-3, weight_decay=0.1)
//
// They change the model's tensors in place and allocate nothing after their
// first step. A [Schedule] multiplies the rate of each step by a factor. It knows
// how many steps there will be and the losses so far; a share, such as OneCycle's,
// is one of all steps:
//
//	here                            torch.optim.lr_scheduler, stepped after every batch
//	Constant()                      none
//	StepDecay(30, 0.1)              StepLR(step_size=30, gamma=0.1)
//	Cosine()                        CosineAnnealingLR(T_max=steps)
//	LinearWarmup(0.1, 20)           LinearLR(start_factor=0.1, total_iters=20)
//	OneCycle(0.3)                   OneCycleLR(max_lr=rate, total_steps=steps, cycle_momentum=False)
//	Plateau{}.Schedule()            ReduceLROnPlateau(), stepped after every epoch
//	Warmup(0.1, LinearDecay())      none: up to the rate over a tenth of the steps, then down to 0
//
// Groups of parameters have a rate or a decay of their own by name: [RateOf] and
// [WeightDecayOf]. An optimizer of one's own is a [Rule] that [NewOptimizer] is
// given; Fit, groups and checkpoints work with it as with those above. Of what
// PyTorch offers there is no dampening of SGD's momentum, no amsgrad for Adam, no
// centered RMSprop.
//
// # Hooks
//
// A [Hook] looks on before the first step, between a step's backward pass and its
// update, after each step and each epoch, and at the end. It may end training
// without an error, with [StopTraining], set the learning rate, which then holds,
// or look at and change the gradients, with [Progress.Gradients]. ProgressBar and
// Checkpoints are hooks.
//
// # Evaluation
//
// [Evaluate], and Fit after each epoch, give the loss and the task's metrics as
// [Evaluation.Figures]: accuracy, balanced accuracy, precision, recall, F1 and log
// loss of classes, with precision, recall and F1 of each class by its name; RMSE,
// MAE and R² of numbers. A figure that is not defined is NaN. Rows of a data set
// that has Weights count by them, in losses, gradients and figures.
//
// Names of columns and classes are compared where two meet: Fit and Evaluate refuse
// rows that call them otherwise than the model or the training rows do.
//
// # Freezing
//
// What models.Model.Freeze makes stand still is left alone from the next step on,
// and goes on with what its optimizer remembers of it after Unfreeze.
//
// # Early stopping
//
// With [EarlyStopping] a part of the training rows is held back. When their loss
// has not fallen for some epochs, training ends, and the model has the weights of
// the epoch in which it was lowest:
//
//	EarlyStopping: training.EarlyStopping{Patience: 20},
//
// The validation rows take no part in that, so the figures reported on them stay
// honest.
//
// # Adversarial rows
//
// With Adversarial every step also trains on rows that were made to mislead the
// network as it is: each preprocessed input moves by that much in the direction
// in which the loss rises (Goodfellow, Shlens and Szegedy 2015). That teaches it
// to keep its answer around each row.
//
//	Adversarial: 0.2, // standard deviations, behind Standardize
//
// # Reproducibility
//
// A run can be kept and resumed: [Checkpoints] is a hook that saves where it
// stands, [LoadCheckpoint] and Options.Resume go on from there, and the end is
// that of a run that was never interrupted, to the bit.
//
// What is random in a step depends on seeds and the number of the step alone, and
// every call of Fit and every Trainer counts steps and epochs from 0. So a second
// Fit of one model draws the dropout masks, the noise and the orders of the rows
// of the first one again, unless Options.After names the first one's Result: then
// it counts on from there.
//
// Training is deterministic: the same model, data, options and seed give the
// same weights to the bit on the same machine, however many processors it uses.
// No clock and no global random generator has a say in any result; the progress
// bar alone looks at the time.
package training
