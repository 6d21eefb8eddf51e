package api

import (
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// SmsLimitsType bounds what texts may cost. A pool that lists no country sends none.
type SmsLimitsType struct {
	Countries   []string `json:"Countries,omitzero" shape:"CountryListType"` // ISO 3166-1 alpha-2; an empty list is another thing than none given
	PerNumber   *int64   `json:"PerNumber,omitempty" shape:"SmsCapType"`     // texts a day to one number, and as many second factors
	PerPrefix   *int64   `json:"PerPrefix,omitempty" shape:"SmsCapType"`     // to numbers that share all but their last four digits
	PerAddress  *int64   `json:"PerAddress,omitempty" shape:"SmsCapType"`    // that one network address asks for
	DailyBudget *int64   `json:"DailyBudget,omitempty" shape:"SmsCapType"`   // of the whole pool
	ProofOfWork *bool    `json:"ProofOfWork,omitempty"`                      // a stranger's browser must work first
}

// InviteMessageTemplateType says what an invitation says.
type InviteMessageTemplateType struct {
	SMSMessage   string `json:"SMSMessage,omitempty" shape:"SmsInviteMessageType"`
	EmailMessage string `json:"EmailMessage,omitempty" shape:"EmailInviteMessageType"`
	EmailSubject string `json:"EmailSubject,omitempty" shape:"EmailVerificationSubjectType"`
}

// smsLimits reads the limits over the old ones: members that are absent keep theirs.
func smsLimits(old provider.SMSSettings, in *SmsLimitsType) provider.SMSSettings {
	if in == nil {
		return old
	}
	if in.Countries != nil {
		old.Countries = slices.Compact(slices.Sorted(slices.Values(in.Countries)))
	}
	for to, from := range map[*int]*int64{
		&old.PerNumber: in.PerNumber, &old.PerPrefix: in.PerPrefix, &old.PerAddress: in.PerAddress, &old.DailyBudget: in.DailyBudget,
	} {
		if from != nil {
			*to = int(*from)
		}
	}
	if in.ProofOfWork != nil {
		old.ProofOfWork = *in.ProofOfWork
	}
	return old
}

// wireSMSLimits answers the limits in force.
func wireSMSLimits(s provider.SMSSettings) *SmsLimitsType {
	s = s.InForce()
	wide := func(n int) *int64 { w := int64(n); return &w }
	return &SmsLimitsType{
		Countries: s.Countries, PerNumber: wide(s.PerNumber), PerPrefix: wide(s.PerPrefix), PerAddress: wide(s.PerAddress),
		DailyBudget: wide(s.DailyBudget), ProofOfWork: &s.ProofOfWork,
	}
}

// wordsOfPool names the members that say what messages say, as the pool keeps them;
// package message sends them.
func wordsOfPool(in *UserPoolSettings) map[string]*string {
	t, invite := &in.VerificationMessageTemplate, &InviteMessageTemplateType{}
	if c := in.AdminCreateUserConfig; c != nil {
		if c.InviteMessageTemplate == nil {
			c.InviteMessageTemplate = invite
		}
		invite = c.InviteMessageTemplate
	}
	return map[string]*string{
		"SmsVerificationMessage":                         &in.SmsVerificationMessage,
		"EmailVerificationMessage":                       &in.EmailVerificationMessage,
		"EmailVerificationSubject":                       &in.EmailVerificationSubject,
		"VerificationMessageTemplate.SmsMessage":         &t.SmsMessage,
		"VerificationMessageTemplate.EmailMessage":       &t.EmailMessage,
		"VerificationMessageTemplate.EmailSubject":       &t.EmailSubject,
		"VerificationMessageTemplate.EmailMessageByLink": &t.EmailMessageByLink,
		"VerificationMessageTemplate.EmailSubjectByLink": &t.EmailSubjectByLink,
		"SmsAuthenticationMessage":                       &in.SmsAuthenticationMessage,
		"InviteMessageTemplate.SMSMessage":               &invite.SMSMessage,
		"InviteMessageTemplate.EmailMessage":             &invite.EmailMessage,
		"InviteMessageTemplate.EmailSubject":             &invite.EmailSubject,
	}
}

// keepWords puts what messages say into what the pool keeps. An invitation has to
// name the user and the password (as in Cognito).
func keepWords(in *UserPoolSettings, kept map[string]any) error {
	for name, words := range wordsOfPool(in) {
		if *words == "" {
			continue
		}
		if strings.HasPrefix(name, "InviteMessageTemplate.") && !strings.HasSuffix(name, "Subject") &&
			!(strings.Contains(*words, "{####}") && strings.Contains(*words, "{username}")) {
			return invalidParameterf("AdminCreateUserConfig.%s must hold {username} and {####}.", name)
		}
		kept[name] = *words
	}
	return nil
}

// answerWords fills in what messages say.
func answerWords(out *UserPoolSettings, kept map[string]any) {
	for name, words := range wordsOfPool(out) {
		*words, _ = kept[name].(string)
	}
	if c := out.AdminCreateUserConfig; c != nil && *c.InviteMessageTemplate == (InviteMessageTemplateType{}) {
		c.InviteMessageTemplate = nil
	}
}
