package api

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A constraint is what the service model demands of one named shape: a length
// in characters for text, a length in members for lists and maps, a value for
// numbers.
type constraint struct {
	min, max int64
	bounded  bool
	pattern  *regexp.Regexp
	enum     []string
	key      string // constraint of a map's keys
	member   string // constraint of a list's members or a map's values
}

func (c constraint) text(at, v string, problems *[]string) {
	c.size(at, int64(utf8.RuneCountInString(v)), "Member must have length", problems)
	if c.pattern != nil && !c.pattern.MatchString(v) {
		*problems = append(*problems, failed(at, "Member must satisfy regular expression pattern: "+c.expression()))
	}
	if len(c.enum) > 0 && !slices.Contains(c.enum, v) {
		*problems = append(*problems, failed(at, "Member must satisfy enum value set: ["+strings.Join(c.enum, ", ")+"]"))
	}
}

func (c constraint) size(at string, n int64, subject string, problems *[]string) {
	if !c.bounded {
		return
	}
	if n < c.min {
		*problems = append(*problems, failed(at, fmt.Sprintf("%s greater than or equal to %d", subject, c.min)))
	}
	if n > c.max {
		*problems = append(*problems, failed(at, fmt.Sprintf("%s less than or equal to %d", subject, c.max)))
	}
}

// expression is the pattern without the anchors that pattern() put around it.
func (c constraint) expression() string {
	return strings.TrimSuffix(strings.TrimPrefix(c.pattern.String(), `\A(?:`), `)\z`)
}

func text(min, max int64, pattern string) constraint {
	c := constraint{min: min, max: max, bounded: true}
	if pattern != "" {
		// The model's patterns describe the whole value.
		c.pattern = regexp.MustCompile(`\A(?:` + pattern + `)\z`)
	}
	return c
}

func number(min, max int64) constraint { return constraint{min: min, max: max, bounded: true} }

func oneOf(values ...string) constraint { return constraint{enum: values} }

func listOf(min, max int64, member string) constraint {
	return constraint{min: min, max: max, bounded: true, member: member}
}

func mapOf(max int64, key, member string) constraint {
	return constraint{max: max, bounded: true, key: key, member: member}
}
