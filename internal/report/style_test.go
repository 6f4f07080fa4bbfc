package report

import (
	"fmt"
	"math"
	"regexp"
	"testing"
)

// luminance is the relative luminance of WCAG 2.2 of a colour such as #fff or #b3330d.
func luminance(t *testing.T, colour string) float64 {
	var c [3]int
	format := "#%02x%02x%02x"
	if len(colour) == 4 {
		format = "#%1x%1x%1x"
	}
	if _, err := fmt.Sscanf(colour, format, &c[0], &c[1], &c[2]); err != nil {
		t.Fatalf("%q: %v", colour, err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		if len(colour) == 4 {
			c[i] *= 17
		}
		x := float64(c[i]) / 255
		if x <= 0.03928 {
			x /= 12.92
		} else {
			x = math.Pow((x+0.055)/1.055, 2.4)
		}
		sum += weight * x
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text has a contrast of 4.5 to what it stands on, signs and lines of 3: WCAG 2.2, 1.4.3 and 1.4.11, in light and dark.
func TestContrast(t *testing.T) {
	blocks := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(styleText, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of colours, want light and dark", len(blocks))
	}
	for i, block := range blocks {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+)`).FindAllStringSubmatch(block[1], -1) {
			colour[m[1]] = m[2]
		}
		for _, c := range []struct {
			on    string
			least float64
			list  []string
		}{
			{"paper", 4.5, []string{"ink", "soft", "link", "breached", "turns", "undetermined", "kept"}},
			{"warn", 4.5, []string{"ink", "soft", "link"}},
			{"band", 4.5, []string{"ink", "soft"}},
			{"zone", 4.5, []string{"ink", "soft"}},
			{"paper", 3, []string{"no-breach", "not-due", "suspended", "not-applicable", "nothing", "warn-edge", "zone-edge"}},
			{"zone", 3, []string{"breached", "turns", "undetermined", "kept", "no-breach", "not-due", "suspended"}},
			{"band", 3, []string{"breached", "turns", "undetermined", "kept", "no-breach", "not-due", "suspended"}},
		} {
			for _, name := range c.list {
				if got := contrast(t, colour[name], colour[c.on]); got < c.least {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", [2]string{"light", "dark"}[i], name, c.on, got, c.least)
				}
			}
		}
	}
}
