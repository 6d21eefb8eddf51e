package provider

import "time"

// Time is a moment in microseconds since 1970-01-01 UTC. Zero means never.
// Both databases store it as a plain integer, so that it compares and sorts the
// same way in each.
type Time int64

// At converts t to a Time. The zero time.Time becomes zero.
func At(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMicro())
}

// Time converts t to UTC. Zero becomes the zero time.Time.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Unix returns whole seconds since 1970-01-01 UTC, as JWTs carry them.
func (t Time) Unix() int64 { return int64(t) / 1e6 }

// Add returns t moved by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t < u }

// Sub returns how long t is after u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }
