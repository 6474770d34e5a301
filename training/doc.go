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
// Optimizers follow PyTorch's definitions and defaults to the number. They
// change the model's tensors in place and allocate nothing after their first
// step.
//
// Training is deterministic: the same model, data, options and seed give the
// same weights to the bit on the same machine, however many processors it uses.
package training
