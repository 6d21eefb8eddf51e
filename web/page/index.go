package page

// Index is the front page of a development server: where everything is.
type Index struct {
	Chrome
	DemoURL            string // an empty address hides its tile
	AccountURL         string
	MailboxURL         string
	ConsoleURL         string
	PreviewURL         string
	Issuer             string
	DiscoveryURL       string
	RedirectURI        string
	IdentityPoolID     string
	IdentityPoolIssuer string
	SettingsFile       string // where dev.json lies
	Clients            []IndexClient
	Users              []IndexUser
}

// IndexClient is an app client made at first start.
type IndexClient struct {
	Kind string // "public", "confidential" or "machine"
	ID   string
}

// IndexUser is a user made at first start.
type IndexUser struct {
	Username string
	Email    string
	Password string // empty says where to find it instead
}

func (Index) file() string     { return "index" }
func (Index) styles() []string { return []string{"css/developer.css"} }

// PasswordsShown reports whether any user's password is on the page.
func (v Index) PasswordsShown() bool {
	for _, u := range v.Users {
		if u.Password != "" {
			return true
		}
	}
	return false
}
