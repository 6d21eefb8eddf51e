package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// An address that the guard turns away is told at start, with the setting that mends it.
func TestAddressesThatCannotBeReachedAreWarnedOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		conf config
		want string
	}{
		"a private address": {config{SMSURL: "https://10.0.0.5/send"}, "sms_url cannot be reached: add its host to outbound_allow"},
		"loopback":          {config{SMSURL: "http://127.0.0.1:9000/send"}, "sms_url cannot be reached"},
		"loopback, for dev": {config{SMSURL: "http://127.0.0.1:9000/send", dev: true}, ""},
		"named":             {config{SMSURL: "https://10.0.0.5/send", OutboundAllow: []string{"10.0.0.0/8"}}, ""},
		"named by host":     {config{SMSURL: "https://texts.internal/send", OutboundAllow: []string{"texts.internal"}}, ""},
		"public":            {config{SMSURL: "https://93.184.216.34/send"}, ""},
		"a range service":   {config{BreachedURL: "https://192.168.1.9/range/"}, "breached_passwords_url cannot be reached"},
		"nothing set":       {config{}, ""},
	} {
		var out bytes.Buffer
		warnShutIn(t.Context(), &c.conf, slog.New(slog.NewTextHandler(&out, nil)))
		if said := out.String(); c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: %q", name, said)
		}
	}
}
