package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// convs have every setting, alone and together, and sizes around what kernels
// take at once.
var convs = []Conv{
	{In: 1, Out: 6, Height: 28, Width: 28, Kernel: 5, Stride: 1, Padding: 2, Dilation: 1, Groups: 1},
	{In: 6, Out: 16, Height: 14, Width: 14, Kernel: 5, Stride: 1, Dilation: 1, Groups: 1},
	{In: 32, Out: 50, Height: 7, Width: 9, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
	{In: 70, Out: 64, Height: 5, Width: 6, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
	{In: 2, Out: 3, Height: 5, Width: 8, Kernel: 1, Stride: 1, Dilation: 1, Groups: 1},
	{In: 4, Out: 3, Height: 9, Width: 8, Kernel: 1, Stride: 3, Dilation: 1, Groups: 1},
	{In: 3, Out: 5, Height: 11, Width: 8, Kernel: 3, Stride: 2, Padding: 1, Dilation: 1, Groups: 1},
	{In: 5, Out: 4, Height: 13, Width: 12, Kernel: 3, Stride: 2, Padding: 3, Dilation: 2, Groups: 1},
	{In: 6, Out: 4, Height: 6, Width: 7, Kernel: 2, Stride: 1, Padding: 0, Dilation: 3, Groups: 2},
	{In: 6, Out: 12, Height: 6, Width: 7, Kernel: 3, Stride: 1, Padding: 4, Dilation: 1, Groups: 6},
	{In: 2, Out: 2, Height: 1, Width: 40, Kernel: 1, Stride: 2, Padding: 1, Dilation: 1, Groups: 2},
}

func describeConv(c Conv) string {
	return fmt.Sprintf("%d-%d,%dx%d,k%d,s%d,p%d,d%d,g%d", c.In, c.Out, c.Height, c.Width, c.Kernel, c.Stride, c.Padding, c.Dilation, c.Groups)
}

// TestConvKernels compares the vectorised kernels with the plain ones in float64,
// for one picture and for more than are worked on at once.
func TestConvKernels(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, c := range convs {
			for _, n := range []int{1, 3, 11} {
				t.Run(fmt.Sprintf("%s/%d", describeConv(c), n), func(t *testing.T) {
					fast, plain := convKernelsFor[float32](c), convKernelsFor[float64](c)
					x, x64 := draw(r, n*c.In*c.Height*c.Width)
					w, w64 := draw(r, c.Out*c.In/c.Groups*c.Kernel*c.Kernel)
					b, b64 := draw(r, c.Out)
					dy, dy64 := draw(r, n*c.Out*c.OutHeight()*c.OutWidth())
					ax, aw, ab, ady := sizes(x64), sizes(w64), sizes(b64), sizes(dy64)
					check := func(name string, got []float32, fast func([]float32), plain, sizes func([]float64)) {
						want, size := make([]float64, len(got)), make([]float64, len(got))
						fast(got)
						plain(want)
						sizes(size)
						near(t, name, got, want, size)
					}
					check("y", unset(len(dy)), func(y []float32) { fast.forward(n, y, x, w, b) },
						func(y []float64) { plain.forward(n, y, x64, w64, b64) }, func(y []float64) { plain.forward(n, y, ax, aw, ab) })
					check("y without bias", unset(len(dy)), func(y []float32) { fast.forward(n, y, x, w, nil) },
						func(y []float64) { plain.forward(n, y, x64, w64, nil) }, func(y []float64) { plain.forward(n, y, ax, aw, nil) })
					check("dx", unset(len(x)), func(dx []float32) { fast.inputGrad(n, dx, dy, w) },
						func(dx []float64) { plain.inputGrad(n, dx, dy64, w64) }, func(dx []float64) { plain.inputGrad(n, dx, ady, aw) })
					check("dw", unset(len(w)), func(dw []float32) { fast.weightGrad(n, dw, x, dy) },
						func(dw []float64) { plain.weightGrad(n, dw, x64, dy64) }, func(dw []float64) { plain.weightGrad(n, dw, ax, ady) })
				})
			}
		}
	})
}

// unset is a slice of NaN.
func unset(n int) []float32 { return slices.Repeat([]float32{float32(math.NaN())}, n) }

func sizes(s []float64) []float64 {
	sizes := slices.Clone(s)
	for i, x := range s {
		sizes[i] = math.Abs(x)
	}
	return sizes
}

func draw(r *rand.Rand, n int) ([]float32, []float64) {
	s, s64 := make([]float32, n), make([]float64, n)
	for i := range s {
		s[i] = float32(r.NormFloat64())
		s64[i] = float64(s[i])
	}
	return s, s64
}

// near allows an error of eight units in the last place of a sum of the products'
// sizes.
func near(t *testing.T, name string, got []float32, want, sizes []float64) {
	t.Helper()
	for i, w := range want {
		if allowed := 8 * sizes[i] / (1 << 24); !(math.Abs(float64(got[i])-w) <= allowed) {
			t.Fatalf("%s[%d] is %v, wanted %v within %.1e", name, i, got[i], w, allowed)
		}
	}
}

// TestConvSameOnAnyProcessors holds that the number of goroutines changes no bit.
func TestConvSameOnAnyProcessors(t *testing.T) {
	c := Conv{In: 16, Out: 24, Height: 20, Width: 20, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1}
	const n = 9
	r := rand.New(rand.NewPCG(3, 4))
	x, _ := draw(r, n*c.In*c.Height*c.Width)
	w, _ := draw(r, c.Out*c.In*9)
	dy, _ := draw(r, n*c.Out*400)
	run := func(procs int) (y, dx, dw []float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		k := convKernelsFor[float32](c)
		y, dx, dw = unset(len(dy)), unset(len(x)), unset(len(w))
		k.forward(n, y, x, w, nil)
		k.inputGrad(n, dx, dy, w)
		k.weightGrad(n, dw, x, dy)
		return
	}
	y1, dx1, dw1 := run(1)
	y2, dx2, dw2 := run(3)
	if !slices.Equal(y1, y2) || !slices.Equal(dx1, dx2) || !slices.Equal(dw1, dw2) {
		t.Error("results differ between 1 and 3 processors")
	}
}

func TestConvGradients(t *testing.T) {
	for _, c := range []Conv{
		{In: 2, Out: 3, Height: 4, Width: 5, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
		{In: 4, Out: 2, Height: 6, Width: 5, Kernel: 2, Stride: 2, Padding: 1, Dilation: 2, Groups: 2},
	} {
		t.Run(describeConv(c), func(t *testing.T) {
			checkGradients(t, func(in []*G.Node) (*G.Node, error) { return Conv2d(in[0], in[1], in[2], c) },
				randomValue("x", 1, 2, c.In*c.Height*c.Width), randomValue("w", 2, c.Out, c.In/c.Groups, c.Kernel, c.Kernel), randomValue("b", 3, c.Out))
		})
	}
}

func TestPoolGradients(t *testing.T) {
	for _, p := range []Pool{
		{Channels: 2, Height: 4, Width: 6, Kernel: 2, Stride: 2, Dilate: 1},
		{Channels: 2, Height: 5, Width: 4, Kernel: 3, Stride: 2, Padding: 1, Dilate: 1},
		{Channels: 1, Height: 6, Width: 7, Kernel: 2, Stride: 1, Padding: 1, Dilate: 3},
	} {
		x := randomValue("x", 1, 2, p.Channels*p.Height*p.Width)
		t.Run(fmt.Sprint("max", p), func(t *testing.T) {
			checkGradients(t, unary(func(x *G.Node) (*G.Node, error) { return MaxPool2d(x, p) }), x)
		})
		p.Dilate = 1
		t.Run(fmt.Sprint("avg", p), func(t *testing.T) {
			checkGradients(t, unary(func(x *G.Node) (*G.Node, error) { return AvgPool2d(x, p) }), x)
		})
	}
}

func TestChannelGradients(t *testing.T) {
	noise := &Noise{Seed: 7}
	for name, build := range map[string]build{
		"global":  unary(func(x *G.Node) (*G.Node, error) { return GlobalAvgPool2d(x, 3) }),
		"dropout": unary(func(x *G.Node) (*G.Node, error) { return Dropout2d(x, 0.4, 3, noise, "dropout1") }),
	} {
		t.Run(name, func(t *testing.T) { checkGradients(t, build, randomValue("x", 1, 4, 12)) })
	}
}

func BenchmarkConv(b *testing.B) {
	for _, c := range []Conv{
		{In: 1, Out: 6, Height: 28, Width: 28, Kernel: 5, Stride: 1, Padding: 2, Dilation: 1, Groups: 1},
		{In: 6, Out: 16, Height: 14, Width: 14, Kernel: 5, Stride: 1, Dilation: 1, Groups: 1},
		{In: 1, Out: 32, Height: 28, Width: 28, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
		{In: 32, Out: 32, Height: 28, Width: 28, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
		{In: 32, Out: 64, Height: 14, Width: 14, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
		{In: 64, Out: 64, Height: 14, Width: 14, Kernel: 3, Stride: 1, Padding: 1, Dilation: 1, Groups: 1},
	} {
		const n = 64
		r := rand.New(rand.NewPCG(1, 2))
		x, _ := draw(r, n*c.In*c.Height*c.Width)
		w, _ := draw(r, c.Out*c.In*c.Kernel*c.Kernel)
		y, _ := draw(r, n*c.Out*c.OutHeight()*c.OutWidth())
		k := convKernelsFor[float32](c)
		for name, run := range map[string]func(){
			"forward": func() { k.forward(n, y, x, w, nil) },
			"dx":      func() { k.inputGrad(n, x, y, w) },
			"dw":      func() { k.weightGrad(n, w, x, y) },
		} {
			b.Run(fmt.Sprintf("%d-%d-k%d-%d/%s", c.In, c.Out, c.Kernel, c.Width, name), func(b *testing.B) {
				run()
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				work := 2 * float64(n*c.Out*c.OutHeight()*c.OutWidth()) * float64(c.In*c.Kernel*c.Kernel)
				b.ReportMetric(work*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}
