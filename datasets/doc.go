// Package datasets turns tables into what a network trains on: rows of
// numbers, split into a part to train with and a part to validate with, and
// served in mini-batches.
//
// The way of the data, one type a step:
//
//	CSV ── Open, Read ──▶ Table ── Split, Dataset ──▶ Dataset ── NewLoader ──▶ DataLoader ── Epoch ──▶ Batch
//
// A [Table] is a gota frame that has been checked against a [Schema]: which
// columns are the features, which one is the target, and whether it holds
// numbers or classes. A cell that doesn't fit is an error that names file, line
// and column; it never becomes a silent NaN. A table splits by a subset of the
// frame's rows, shuffled by a seed or in order.
//
// A [Dataset] has the same rows as numbers: features of shape (rows,
// features) and targets of shape (rows, targets), float32, row-major. The
// target of a class is its index into ClassNames. Each row knows which line of
// its file it was. A program that makes its own numbers starts here, with [New].
//
// A [DataLoader] serves a data set in batches, in a new order each epoch that
// depends on the seed and the epoch's number alone:
//
//	for batch := range loader.Epoch(epoch) {
//		// batch.X is (rows, features), batch.Y is (rows, targets)
//	}
//
// [ColumnStats], [OverallStats], [TargetStats] and [WithinClassWhitening]
// measure the training rows for layers that scale what a network sees and says.
//
// Embedded are [XOR], [Iris] and [Boston]; see there for where they come from,
// and for what column B of Boston means. MNIST's pictures are in the package
// datasets/mnist, so that only programs that ask for them carry their 15 MB.
//
// The package knows nothing of models or training.
package datasets
