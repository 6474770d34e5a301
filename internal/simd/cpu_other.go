//go:build !amd64 || noasm

package simd

func available() []path { return []path{portable} }
