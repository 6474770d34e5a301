package simd

import "math"

// Exp sets y = eˣ, to within 2 units in the last place. Results below the
// smallest normal number lose digits, as they must, down to 0; above the
// largest they are +Inf.
func Exp(y, x []float32) {
	n := min(len(y), len(x))
	if n > 0 && current() != portable {
		avx2Exp(n, &y[0], &x[0])
		return
	}
	for i := range n {
		y[i] = expPortable(x[i])
	}
}

// expPortable writes x as n·log 2 + r, |r| ≤ log(2)/2, and eˣ as 2ⁿ·eʳ. The
// polynomial for eʳ and the two parts of log 2 are those of the Cephes
// library's expf (Moshier 1989).
func expPortable(x float32) float32 {
	x = min(max(x, -104), 89) // beyond, the result is 0 or +Inf; NaN passes
	if x != x {
		return x
	}
	n := float32(math.RoundToEven(float64(float32(x * math.Log2E))))
	r := x - float32(n*0.693359375)
	r -= float32(n * -2.12194440e-4)
	p := float32(1.9875691500e-4)
	p = float32(p*r) + 1.3981999507e-3
	p = float32(p*r) + 8.3334519073e-3
	p = float32(p*r) + 4.1665795894e-2
	p = float32(p*r) + 1.6666665459e-1
	p = float32(p*r) + 5.0000001201e-1
	p = float32(p*float32(r*r)) + r + 1
	half := int32(n) >> 1 // 2ⁿ as two factors, each within the range of normal numbers
	return float32(p*power2(half)) * power2(int32(n)-half)
}

func power2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// SoftmaxRows turns each row of x into probabilities, y = eˣ/Σeˣ, which no
// logit can overflow, and sets logSums to log Σeˣ for each row. The rows have
// cols elements; there are as many as logSums has.
func SoftmaxRows(y, x, logSums []float32, cols int) {
	if cols < 1 {
		return
	}
	rows := min(len(x)/cols, len(y)/cols, len(logSums))
	for i := range rows {
		in, out := x[i*cols:][:cols], y[i*cols:][:cols]
		top := in[0]
		for _, v := range in {
			top = max(top, v)
		}
		for j, v := range in {
			out[j] = v - top
		}
		logSums[i] = top
	}
	Exp(y[:rows*cols], y[:rows*cols])
	for i := range rows {
		out := y[i*cols:][:cols]
		var sum float32
		for _, v := range out {
			sum += v
		}
		for j := range out {
			out[j] /= sum
		}
		logSums[i] += float32(math.Log(float64(sum)))
	}
}
