package main

// updates are the optimizers' kernels; package simd documents the formulas.
var updates = []elementwise{
	{
		name:   "Adam",
		doc:    "is adamPortable.",
		writes: []string{"w", "m", "v"}, reads: []string{"w", "grad", "m", "v"},
		scalars: []string{"shrink", "l2", "beta1", "rest1", "beta2", "rest2", "invSqrtBias2", "eps", "stepSize"},
		body: func(s *source, in map[string]vec) map[string]vec {
			w := s.mul(in["w"], in["shrink"])
			grad := s.add(in["grad"], s.mul(in["l2"], in["w"]))
			m := s.add(s.mul(in["beta1"], in["m"]), s.mul(in["rest1"], grad))
			v := s.add(s.mul(in["beta2"], in["v"]), s.mul(in["rest2"], s.mul(grad, grad)))
			denom := s.add(s.mul(s.sqrt(v), in["invSqrtBias2"]), in["eps"])
			step := s.div(s.mul(in["stepSize"], m), denom)
			return map[string]vec{"w": s.sub(w, step), "m": m, "v": v}
		},
	},
	{
		name:   "Descend",
		doc:    "is descendPortable.",
		writes: []string{"w"}, reads: []string{"w", "grad"},
		scalars: []string{"rate", "l2"},
		body: func(s *source, in map[string]vec) map[string]vec {
			grad := s.add(in["grad"], s.mul(in["l2"], in["w"]))
			return map[string]vec{"w": s.sub(in["w"], s.mul(in["rate"], grad))}
		},
	},
	{
		name:   "Momentum",
		doc:    "is momentumPortable.",
		writes: []string{"w", "v"}, reads: []string{"w", "grad", "v"},
		scalars: []string{"rate", "l2", "mu", "gradShare", "velocityShare"},
		body: func(s *source, in map[string]vec) map[string]vec {
			grad := s.add(in["grad"], s.mul(in["l2"], in["w"]))
			v := s.add(s.mul(in["mu"], in["v"]), grad)
			step := s.add(s.mul(in["gradShare"], grad), s.mul(in["velocityShare"], v))
			return map[string]vec{"w": s.sub(in["w"], s.mul(in["rate"], step)), "v": v}
		},
	},
}

// layers are the kernels of activations, biases, scaling and batch norm.
var layers = []elementwise{
	{
		name: "Add", doc: "adds x to y.",
		writes: []string{"y"}, reads: []string{"y", "x"},
		body: func(s *source, in map[string]vec) map[string]vec {
			return map[string]vec{"y": s.add(in["y"], in["x"])}
		},
	},
	{
		name: "Mul", doc: "is z = x·y.",
		writes: []string{"z"}, reads: []string{"x", "y"},
		body: func(s *source, in map[string]vec) map[string]vec {
			return map[string]vec{"z": s.mul(in["x"], in["y"])}
		},
	},
	{
		name: "ReLU", doc: "is y = x where x > 0 or NaN, and 0 elsewhere.",
		writes: []string{"y"}, reads: []string{"x"},
		body: func(s *source, in map[string]vec) map[string]vec {
			return map[string]vec{"y": s.and(in["x"], s.compare(notLessOrEqual, in["x"], s.zeros()))}
		},
	},
	{
		name: "ReLUGrad", doc: "is dx = dy where y > 0 or NaN, and 0 elsewhere.",
		writes: []string{"dx"}, reads: []string{"y", "dy"},
		body: func(s *source, in map[string]vec) map[string]vec {
			return map[string]vec{"dx": s.and(in["dy"], s.compare(notLessOrEqual, in["y"], s.zeros()))}
		},
	},
	{
		name: "LeakyReLUGrad", doc: "is dx = dy where x > 0 and slope·dy elsewhere.",
		writes: []string{"dx"}, reads: []string{"x", "dy"}, scalars: []string{"slope"},
		body: func(s *source, in map[string]vec) map[string]vec {
			positive := s.compare(greater, in["x"], s.zeros())
			return map[string]vec{"dx": s.choose(positive, in["dy"], s.mul(in["slope"], in["dy"]))}
		},
	},
	{
		name: "Standardize", doc: "is y = (x-mean)/sd.",
		writes: []string{"y"}, reads: []string{"x", "mean", "sd"},
		body: func(s *source, in map[string]vec) map[string]vec {
			return map[string]vec{"y": s.div(s.sub(in["x"], in["mean"]), in["sd"])}
		},
	},
	{
		name: "Normalize", doc: "is z = (x-mean)·inverse and y = z·gamma + beta.",
		writes: []string{"z", "y"}, reads: []string{"x", "mean", "inverse", "gamma", "beta"},
		body: func(s *source, in map[string]vec) map[string]vec {
			z := s.mul(s.sub(in["x"], in["mean"]), in["inverse"])
			return map[string]vec{"z": z, "y": s.add(s.mul(z, in["gamma"]), in["beta"])}
		},
	},
	{
		name: "NormalizeGrad", doc: "is dx = scale·(dy - (dBeta + z·dGamma)/count).",
		writes: []string{"dx"}, reads: []string{"dy", "z", "scale", "dGamma", "dBeta"}, scalars: []string{"count"},
		body: func(s *source, in map[string]vec) map[string]vec {
			pull := s.div(s.add(in["dBeta"], s.mul(in["z"], in["dGamma"])), in["count"])
			return map[string]vec{"dx": s.mul(in["scale"], s.sub(in["dy"], pull))}
		},
	},
}
