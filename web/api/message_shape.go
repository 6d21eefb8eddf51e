package api

// MessageTemplateType is a pool's own words for one message in one language. Members
// that are absent take the standard words, and so do those that Unused names in answers: they
// hold a link and no code, and the pool sends codes without links.
type MessageTemplateType struct {
	Kind             string    `json:"Kind" shape:"MessageKindType,required"`
	Locale           string    `json:"Locale,omitempty" shape:"MessageLocaleType"` // BCP 47; "default" for every language
	Subject          string    `json:"Subject,omitempty" shape:"EmailVerificationSubjectType"`
	Text             string    `json:"Text,omitempty" shape:"MessageBodyType"`
	HTML             string    `json:"Html,omitempty" shape:"MessageBodyType"`
	SMS              string    `json:"Sms,omitempty" shape:"SmsInviteMessageType"`
	LastModifiedDate Timestamp `json:"LastModifiedDate,omitempty"`
	Unused           []string  `json:"Unused,omitempty"`
}

// PutMessageTemplateRequest is the input of PutMessageTemplate.
type PutMessageTemplateRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Kind       string `json:"Kind" shape:"MessageKindType,required"`
	Locale     string `json:"Locale,omitempty" shape:"MessageLocaleType"`
	Subject    string `json:"Subject,omitempty" shape:"EmailVerificationSubjectType"`
	Text       string `json:"Text,omitempty" shape:"MessageBodyType"`
	HTML       string `json:"Html,omitempty" shape:"MessageBodyType"`
	SMS        string `json:"Sms,omitempty" shape:"SmsInviteMessageType"`
}

// MessageTemplateRequest is the input of GetMessageTemplate and DeleteMessageTemplate.
type MessageTemplateRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Kind       string `json:"Kind" shape:"MessageKindType,required"`
	Locale     string `json:"Locale,omitempty" shape:"MessageLocaleType"`
}

// MessageTemplateResponse is the output of PutMessageTemplate and GetMessageTemplate.
type MessageTemplateResponse struct {
	MessageTemplate *MessageTemplateType `json:"MessageTemplate,omitempty"`
}

// ListMessageTemplatesResponse is the output of ListMessageTemplates: what the pool
// has put, and every kind that there is.
type ListMessageTemplatesResponse struct {
	MessageTemplates []MessageTemplateType `json:"MessageTemplates"`
	Kinds            []MessageKind         `json:"Kinds"`
}

// MessageKind says of a kind by which channels it goes, which placeholders its words may
// hold, and which members of Cognito's hold words for it in the pool.
type MessageKind struct {
	Kind         string   `json:"Kind"`
	Channels     []string `json:"Channels"`
	Placeholders []string `json:"Placeholders,omitempty"`
	Members      []string `json:"Members,omitempty"`
}

// MessageRequest is the input of PreviewMessage and, with To, of SendTestMessage. A
// Kind that is absent is a test that says only that it arrived.
type MessageRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Kind       string `json:"Kind,omitempty" shape:"MessageKindType"`
	Channel    string `json:"Channel,omitempty" shape:"MessageChannelType"` // EMAIL, or SMS
	Locale     string `json:"Locale,omitempty" shape:"MessageLocaleType"`
	To         string `json:"To,omitempty" shape:"MessageAddressType"`
}

// PreviewMessageResponse is a message as it would be sent. Segments is how many texts
// it takes. SubjectFrom and TextFrom say whence the words come: "standard", "template:" and
// the language they were put in, or the name of a member of Cognito's. Unused is that of
// MessageTemplateType.
type PreviewMessageResponse struct {
	Subject  string `json:"Subject,omitempty"`
	Text     string `json:"Text"`
	HTML     string `json:"Html,omitempty"`
	Segments int64  `json:"Segments,omitempty"`

	SubjectFrom string   `json:"SubjectFrom,omitempty"`
	TextFrom    string   `json:"TextFrom"`
	Unused      []string `json:"Unused,omitempty"`
}
