package api

// value is what a pointer points to, or the zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func isTrue(p *bool) bool { return value(p) }

func either[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}
