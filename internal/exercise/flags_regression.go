package exercise

import (
	"slices"
	"strings"
)

// regressionFlags declares the flags of lessons that predict numbers.
func (l *Lesson) regressionFlags(f *flags) {
	knob(f, "logs", "`features` whose logarithm is one more, as in CRIM,DIS; none for none",
		l.features, func(s *Settings) *[]string { return &s.Logs })
	knob(f, "reciprocals", "`features` of which 1/x is one more; none for none",
		l.features, func(s *Settings) *[]string { return &s.Reciprocals })
	knob(f, "indicators", "`features` of which each value gets a feature, 1 where it is and 0 elsewhere; none for none",
		l.features, func(s *Settings) *[]string { return &s.Indicators })
	toggle(f, "clamp", "bound predictions by the smallest and the largest training target; -clamp=false does not", func(s *Settings, on bool) { s.Clamp = on })
}

// features reads names of the lesson's features.
func (l *Lesson) features(text string) ([]string, error) {
	if text == "none" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for i, name := range names {
		if !slices.Contains(l.Schema.Features, name) || slices.Contains(names[:i], name) {
			return nil, wanted(false, "different ones of "+list(l.Schema.Features)+", with commas between them, or none")
		}
	}
	return names, nil
}
