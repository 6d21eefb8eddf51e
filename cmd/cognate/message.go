package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/web/api"
)

// messageFlags say which message, and what it says.
type messageFlags struct {
	changed                  func(string) bool
	locale, channel          string
	subject, text, html, sms string
}

func messageCommand() *cobra.Command {
	var shown, put, gone, preview, test messageFlags
	return noun("message", "What messages say, and whether they arrive",
		verb("list", "List the kinds of messages, and the words that the pool has put", listMessages, withPool),
		verb("show KIND", "Show the pool's own words for a kind of message, or the standard ones where it has none", func(s *session, args []string) error {
			return s.withKind(args[0], &shown, func(in m) error { return s.showWords(in, args[0]) })
		}, withPool, shown.bindLocale),
		verb("set KIND", "Put the pool's own words in place of the standard ones", func(s *session, args []string) error {
			return s.withKind(args[0], &put, func(in m) error {
				for member, words := range map[string]string{"Subject": put.subject, "Text": put.text, "Html": put.html, "Sms": put.sms} {
					said, err := fromFile(words)
					if err != nil {
						return err
					}
					if said != "" {
						in[member] = said
					}
				}
				out, raw, err := get[api.MessageTemplateResponse](s, api.Own, "PutMessageTemplate", in)
				if err != nil {
					return err
				}
				s.noteUnused(out.MessageTemplate.Unused)
				return s.done(raw, "The pool's own words for %s are in place.", args[0])
			})
		}, withPool, put.bindLocale, put.bindWords),
		verb("delete KIND", "Go back to the standard words", func(s *session, args []string) error {
			return s.withKind(args[0], &gone, func(in m) error {
				if err := s.confirm("pool's own words for", args[0]); err != nil {
					return err
				}
				return s.do(api.Own, "DeleteMessageTemplate", in, "The standard words for %s count again.", args[0])
			})
		}, withPool, gone.bindLocale, deleting),
		verb("preview KIND", "Show a message as it would be sent, with made-up values", func(s *session, args []string) error {
			return s.withKind(args[0], &preview, func(in m) error {
				return show(s, api.Own, "PreviewMessage", in, func(r *api.PreviewMessageResponse) []field {
					s.noteUnused(r.Unused)
					return previewFields(r)
				})
			})
		}, withPool, preview.bindLocale, preview.bindChannel),
		verb("test TO", "Send a test to an e-mail address or a phone number (+...), and say whether it was taken", func(s *session, args []string) error {
			return s.withKind("", &test, func(in m) error { return s.testMessage(in, args[0], &test) })
		}, withPool, test.bindLocale, test.bindChannel),
	)
}

// showWords shows a pool's own words for a kind, or, where it has none, what it sends.
func (s *session) showWords(in m, kind string) error {
	err := show(s, api.Own, "GetMessageTemplate", in, func(r *api.MessageTemplateResponse) []field {
		s.noteUnused(r.MessageTemplate.Unused)
		return templateFields(r)
	})
	var r *refusal
	if !errors.As(err, &r) || r.Type != "ResourceNotFoundException" || !strings.Contains(r.Message, "words of its own") || s.json {
		return err
	}
	sent := false
	for _, by := range []string{"EMAIL", "SMS"} {
		in["Channel"] = by
		out, _, failed := get[api.PreviewMessageResponse](s, api.Own, "PreviewMessage", in)
		if errors.As(failed, &r) && r.Type == "InvalidParameterException" {
			continue // the kind does not go by this channel
		}
		if failed != nil {
			return failed
		}
		if !sent {
			fmt.Fprintf(s.errs, "No words were put for %s in this language with message set. This is what the pool sends, with made-up values:\n", kind)
		}
		sent = true
		rows := [][]string{{"by", strings.ToLower(by)}}
		for _, f := range previewFields(out) {
			if f.value != "" {
				rows = append(rows, []string{f.name, f.value})
			}
		}
		if err := s.table(nil, rows); err != nil {
			return err
		}
	}
	if sent {
		return nil
	}
	return err
}

// noteUnused tells of words that are in place and not sent.
func (s *session) noteUnused(parts []string) {
	if len(parts) == 0 || s.json {
		return
	}
	fmt.Fprintf(s.errs, "Not in use: %s. The words hold a link and no code, and the pool proves addresses by codes alone, so the standard words go out. "+
		"Put {####} where the code is to stand, or send links too: cognate pool update %s --email-link\n", strings.ToLower(strings.Join(parts, " and ")), s.pool)
}

// testMessage sends a test at once. Its outcome is the server's answer.
func (s *session) testMessage(in m, to string, f *messageFlags) error {
	phone := strings.HasPrefix(to, "+")
	if !phone && !strings.Contains(to, "@") {
		return &exitError{fix(fmt.Errorf("%q is no e-mail address and no phone number", to), "write ann@example.com, or +14155550100 with the country code"), exitUsage}
	}
	if in["To"] = to; phone && !f.changed("channel") {
		in["Channel"] = "SMS"
	}
	taken := "The mail server took the test for %s. Look whether it arrives."
	by, _ := in["Channel"].(string)
	switch {
	case slices.Contains(s.Keeps, strings.ToLower(by)):
		taken = "The test for %s stays here: this development server keeps it at " + s.Mailbox
	case by == "SMS":
		taken = "The text message service took the test for %s. Look whether it arrives."
	}
	return s.do(api.Own, "SendTestMessage", in, taken, to)
}

func (f *messageFlags) bindLocale(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().StringVar(&f.locale, "locale", "", "the language, such as sv; every other language when left out")
}

func (f *messageFlags) bindChannel(c *cobra.Command) {
	c.Flags().StringVar(&f.channel, "channel", "email", "email or sms")
}

func (f *messageFlags) bindWords(c *cobra.Command) {
	p := c.Flags()
	p.StringVar(&f.subject, "subject", "", "the subject of an e-mail")
	p.StringVar(&f.text, "text", "", "the words of an e-mail; @FILE reads a file")
	p.StringVar(&f.html, "html", "", "the same as HTML; @FILE reads a file")
	p.StringVar(&f.sms, "sms", "", "the words of a text message; @FILE reads a file")
}

// withKind is the input that names a message.
func (s *session) withKind(kind string, f *messageFlags, run func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	in := m{"UserPoolId": pool}
	for member, v := range map[string]string{"Kind": kind, "Locale": f.locale, "Channel": strings.ToUpper(f.channel)} {
		if v != "" {
			in[member] = v
		}
	}
	return run(in)
}

// fromFile is words as given, or what a file after @ holds.
func fromFile(words string) (string, error) {
	name, file := strings.CutPrefix(words, "@")
	if !file || strings.ContainsAny(name, " \n") {
		return words, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", &exitError{fix(err, "name a readable file after @"), exitUsage}
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func listMessages(s *session, _ []string) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	out, raw, err := get[api.ListMessageTemplatesResponse](s, api.Own, "ListMessageTemplates", m{"UserPoolId": pool})
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(raw)
	}
	own := map[string][]string{}
	for _, t := range out.MessageTemplates {
		in := t.Locale
		if len(t.Unused) > 0 {
			in += " (not in use: " + strings.ToLower(strings.Join(t.Unused, " and ")) + ")"
		}
		own[t.Kind] = append(own[t.Kind], in)
	}
	var rows [][]string
	for _, k := range out.Kinds {
		rows = append(rows, []string{k.Kind, strings.ToLower(words(k.Channels)), words(k.Placeholders), words(append(own[k.Kind], k.Members...))})
	}
	return s.table([]string{"kind", "goes by", "placeholders", "own words"}, rows)
}

func templateFields(r *api.MessageTemplateResponse) []field {
	t := r.MessageTemplate
	return []field{{"kind", t.Kind}, {"locale", t.Locale}, {"subject", t.Subject}, {"text", t.Text}, {"html", t.HTML}, {"sms", t.SMS}, {"changed", day(t.LastModifiedDate)}}
}

// whence says where words come from.
func whence(from string) string {
	locale, put := strings.CutPrefix(from, message.FromTemplate)
	switch {
	case from == message.Standard:
		return "the standard ones"
	case put && locale == message.DefaultLocale:
		return "message set, for every language"
	case put:
		return "message set, for " + locale
	}
	return "the pool's setting " + from
}

func previewFields(r *api.PreviewMessageResponse) []field {
	out := []field{{"subject", r.Subject}, {"words from", whence(r.TextFrom)}}
	if r.SubjectFrom != "" && r.SubjectFrom != r.TextFrom {
		out[1] = field{"words from", whence(r.TextFrom) + "; the subject from " + whence(r.SubjectFrom)}
	}
	for i, line := range strings.Split(strings.TrimRight(r.Text, "\n"), "\n") {
		out = append(out, field{map[bool]string{true: "text"}[i == 0], line})
	}
	if r.Segments > 0 {
		out = append(out, field{"texts", strconv.FormatInt(r.Segments, 10)})
	}
	if r.HTML != "" {
		out = append(out, field{"html", fmt.Sprintf("%d bytes; -o json shows it", len(r.HTML))})
	}
	return out
}
