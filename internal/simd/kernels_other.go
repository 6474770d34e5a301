//go:build !amd64 || noasm

package simd

const maxWidth = portableWidth

func available() []path { return []path{portable} }

func (p path) width(*product) int { return portableWidth }

func (p path) direct(x *product, _ int) bool { return portableDirect(x) }

func (p path) tiles(x *product) { portableTiles(x) }

func (p path) pack(x *product, dst *panel, _ int) { portablePack(x, dst) }
