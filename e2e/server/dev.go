package server

// Dev is what `serve --dev` writes to dev.json for scripts.
type Dev struct {
	BaseURL    string `json:"base_url"`
	UserPoolID string `json:"user_pool_id"`
	Issuer     string `json:"issuer"`
	Clients    struct {
		Public       Client `json:"public"`
		Confidential Client `json:"confidential"`
		Machine      Client `json:"machine"`
	} `json:"clients"`
	RedirectURI    string   `json:"redirect_uri"`
	Users          []User   `json:"users"`
	Operator       Operator `json:"operator"`
	IdentityPoolID string   `json:"identity_pool_id"`
	MailboxURL     string   `json:"mailbox_url"`
	ConsoleURL     string   `json:"console_url"`
	DemoAppURL     string   `json:"demo_app_url"`
}

// Client is an app client of the demo's user pool.
type Client struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
	Scope  string `json:"scope"`
}

// User is a user of the demo's user pool.
type User struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email"`
}

// Operator administers the whole server.
type Operator struct {
	Username        string `json:"username"`
	Password        string `json:"password"`
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}
