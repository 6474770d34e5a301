package training

import (
	"math"
	"slices"
	"testing"

	"perceptron/datasets"
	"perceptron/models"
)

// identity predicts its feature.
func identity(t testing.TB, task models.Task) *models.Model {
	net := declared(t, task, models.Linear(1, 1, models.NoBias))
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight", Value: matrix(1, 1, 1)}}); err != nil {
		t.Fatal(err)
	}
	return net
}

// TestEvaluate compares the metrics with those computed by hand.
func TestEvaluate(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s is %v, wanted %v", what, got, want)
		}
	}
	// Errors 1, −1, 0, 2 of targets with mean 1001 and spread 4+0+0+4.
	e, err := Evaluate(identity(t, models.Regression), dataset(t, datasets.Batch{
		X: matrix(4, 1, 1000, 1000, 1001, 1005), Y: matrix(4, 1, 999, 1001, 1001, 1003)}))
	if err != nil {
		t.Fatal(err)
	}
	near("loss", e.Loss, 6./4)
	near("RMSE", e.RMSE, math.Sqrt(6./4))
	near("MAE", e.MAE, 1)
	near("R²", e.R2, 1-6./8)
	if e.Rows != 4 || !slices.Equal(e.Predictions.Float32s(), []float32{1000, 1000, 1001, 1005}) {
		t.Errorf("%d rows, predictions %v", e.Rows, e.Predictions)
	}

	e, err = Evaluate(identity(t, models.Regression), dataset(t, datasets.Batch{X: matrix(2, 1, 1, 2), Y: matrix(2, 1, 3, 3)}))
	if err != nil || !math.IsNaN(e.R2) {
		t.Errorf("R² of targets without spread is %v (error %v)", e.R2, err)
	}

	e, err = Evaluate(identity(t, models.Binary), dataset(t, datasets.Batch{X: matrix(4, 1, -3, 2, 0, 1), Y: matrix(4, 1, 0, 1, 0, 0)}, "no", "yes"))
	if err != nil {
		t.Fatal(err)
	}
	near("accuracy", e.Accuracy, 3./4) // 0 is a probability of ½, which is not above ½
	near("loss", e.Loss, (math.Log1p(math.Exp(-3))+math.Log1p(math.Exp(-2))+math.Ln2+1+math.Log1p(math.Exp(-1)))/4)
}

// TestEvaluateManyRows holds that rows beyond a batch's keep their place and count
// alike.
func TestEvaluateManyRows(t *testing.T) {
	const rows = 2*evaluationRows + 5
	b := datasets.Batch{X: matrix(rows, 1), Y: matrix(rows, 1)}
	for i := range rows {
		b.X.Float32s()[i] = float32(i)
	}
	copy(b.Y.Float32s(), b.X.Float32s())
	b.Y.Float32s()[rows-1] += rows // the last row alone is wrong, by as much
	e, err := Evaluate(identity(t, models.Regression), dataset(t, b))
	if err != nil || e.Rows != rows || !slices.Equal(e.Predictions.Float32s(), b.X.Float32s()) || math.Abs(e.Loss-rows) > 1e-2 || math.Abs(e.MAE-1) > 1e-9 {
		t.Errorf("%d rows, loss %v, MAE %v (error %v)", e.Rows, e.Loss, e.MAE, err)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	net := identity(t, models.Binary)
	_, err := Evaluate(nil, table(t, 3))
	wantError(t, err, "training: no model")
	_, err = Evaluate(net, nil)
	wantError(t, err, "training: no rows: give a data set")
	_, err = Evaluate(net, table(t, 3))
	wantError(t, err, "training: made up has 2 features, the model takes 1")
	huge := dataset(t, datasets.Batch{X: matrix(1, 1, 3e38), Y: matrix(1, 1, -3e38)})
	_, err = Evaluate(identity(t, models.Regression), huge)
	wantError(t, err, "training: evaluate made up: the loss is +Inf")
	// A transform of the features can be impossible for some row.
	logs := declared(t, models.Regression, models.AppendLogs(1, 0), models.Linear(2, 1))
	_, err = Evaluate(logs, dataset(t, datasets.Batch{X: matrix(1, 1, -1), Y: matrix(1, 1)}))
	wantError(t, err, "training: evaluate made up: models: ")
}

// TestEvaluationFigures holds which figures there are, by name, and that those of
// classes and of several numbers come with theirs.
func TestEvaluationFigures(t *testing.T) {
	names := func(e *Evaluation, err error) (names []string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range e.Figures {
			names = append(names, f.Name)
		}
		return names
	}
	classes := dataset(t, datasets.Batch{X: matrix(3, 1, -1, 2, 3), Y: matrix(3, 1, 0, 1, 0)}, "no", "yes")
	e, err := Evaluate(identity(t, models.Binary), classes)
	if got, want := names(e, err), []string{"accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss",
		"precision:no", "recall:no", "f1:no", "precision:yes", "recall:yes", "f1:yes"}; !slices.Equal(got, want) {
		t.Errorf("of classes: %q", got)
	}
	if p, r, none := e.Figure("precision:yes"), e.Figure("recall:no"), e.Figure("rmse"); p != 0.5 || r != 0.5 || !math.IsNaN(none) || e.Accuracy != e.Figure("accuracy") {
		t.Errorf("precision of yes %v, recall of no %v, RMSE %v, accuracy %v", p, r, none, e.Accuracy)
	}
	if math.Abs(e.Figure("log_loss")-e.Loss) > 1e-6 {
		t.Errorf("log loss %v beside a loss of %v", e.Figure("log_loss"), e.Loss)
	}
	values := dataset(t, datasets.Batch{X: matrix(2, 1, 1, 2), Y: matrix(2, 2, 1, 5, 2, 7)})
	values.TargetNames = []string{"price", "area"}
	e, err = Evaluate(declared(t, models.Regression, models.Linear(1, 2), models.Init(models.Zeros())), values)
	if got, want := names(e, err), []string{"rmse", "mae", "r2", "rmse:price", "rmse:area", "mae:price", "mae:area", "r2:price", "r2:area"}; !slices.Equal(got, want) {
		t.Errorf("of numbers: %q", got)
	}
	if mae := e.Figure("mae:area"); mae != 6 || e.MAE != 3.75 {
		t.Errorf("MAE of area %v, of both %v", mae, e.MAE)
	}
	// A perfect network with two labels is right.
	labels := dataset(t, datasets.Batch{X: matrix(4, 2, -9, -9, -9, 9, 9, -9, 9, 9), Y: matrix(4, 2, 0, 0, 0, 1, 1, 0, 1, 1)})
	net := declared(t, models.Binary, models.Linear(2, 2, models.NoBias))
	if err := net.LoadStateDict(models.StateDict{{Name: "fc1.weight", Value: matrix(2, 2, 1, 0, 0, 1)}}); err != nil {
		t.Fatal(err)
	}
	if e, err = Evaluate(net, labels); err != nil || e.Accuracy != 1 || e.Figure("f1") != 1 || e.Figure("f1:y2") != 1 {
		t.Errorf("a perfect network has accuracy %v and F1 %v (error %v)", e.Accuracy, e.Figure("f1"), err)
	}
}
