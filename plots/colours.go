package plots

import (
	"image/color"
	"math"
)

// The palette of Okabe and Ito, "Color Universal Design" (2008), which people
// with any kind of colour blindness can tell apart. Its yellow is left out: it
// is too faint for lines on white.
var (
	blue       = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	green      = color.NRGBA{0x00, 0x9E, 0x73, 0xFF}
	purple     = color.NRGBA{0xCC, 0x79, 0xA7, 0xFF}
	orange     = color.NRGBA{0xE6, 0x9F, 0x00, 0xFF}
	sky        = color.NRGBA{0x56, 0xB4, 0xE9, 0xFF}
	black      = color.NRGBA{0x00, 0x00, 0x00, 0xFF}
)

var (
	white    = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	ink      = color.NRGBA{0x22, 0x22, 0x22, 0xFF} // titles and labels
	softInk  = color.NRGBA{0x60, 0x60, 0x60, 0xFF} // what may step back
	faintInk = color.NRGBA{0xB8, 0xB8, 0xB8, 0xFF}
)

// bands are ten colours of the map "viridis" of van der Walt and Smith (2015),
// for P from 0–0.1 to 0.9–1. Their lightness rises evenly, so that they read
// well with any colour vision, and in grey.
var bands = [10]color.RGBA{
	{0x44, 0x01, 0x54, 0xFF}, {0x48, 0x28, 0x78, 0xFF}, {0x3E, 0x4A, 0x89, 0xFF}, {0x31, 0x68, 0x8E, 0xFF}, {0x26, 0x82, 0x8E, 0xFF},
	{0x1F, 0x9E, 0x89, 0xFF}, {0x35, 0xB7, 0x79, 0xFF}, {0x6D, 0xCD, 0x59, 0xFF}, {0xB4, 0xDE, 0x2C, 0xFF}, {0xFD, 0xE7, 0x25, 0xFF},
}

// band returns the colour of a probability.
func band(p float64) color.RGBA { return bands[min(int(p*10), 9)] }

// mix returns the colour at share of the way from a to b.
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	blend := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + share*(float64(b)-float64(a)))) }
	return color.NRGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), 0xFF}
}

// readableOn returns dark or white ink, whichever stands out more from ground
// by the contrast ratio of the Web Content Accessibility Guidelines 2.1.
func readableOn(ground color.NRGBA) color.NRGBA {
	l := luminance(ground) + 0.05
	if l/(luminance(ink)+0.05) > (luminance(white)+0.05)/l {
		return ink
	}
	return white
}

// luminance is the relative luminance of an sRGB colour: 0 for black, 1 for white.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
