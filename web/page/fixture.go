package page

// Fixture is one page in one state. The same fixtures prove the templates at
// start, fill the preview, and feed screenshots and accessibility checks.
type Fixture struct {
	Name string // unique; lower-case words with dashes
	View View
}

// Fixtures returns every page in every state. All names in them are made up.
func Fixtures() []Fixture {
	app := Chrome{Brand: Brand{Name: "Northwind Cycling"}, ClientName: "Route Planner"}
	alone := Chrome{PoolName: "Northwind Cycling"}
	long := Chrome{
		Brand:      Brand{Name: "The Greater Llanfairpwllgwyngyll and District Association of Velocipede Enthusiasts"},
		ClientName: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft Route Planner",
	}
	const request = "01J9ZQ4V7C8W2K5T"

	signIn := SignIn{Chrome: app, Action: "/us-east-1_Example01/login", Flow: "f"}
	filled := signIn
	filled.Identifier = "mika.lindqvist@northwind.example"
	filled.ForgotURL, filled.SignUpURL = "/forgot", "/signup"
	filled.Providers = []ProviderButton{
		{ID: "Google", Name: "Google", Type: "google", URL: "/oauth2/authorize?identity_provider=Google"},
		{ID: "Acme", Name: "Acme Works", Type: "oidc", URL: "/oauth2/authorize?identity_provider=Acme"},
	}
	email := signIn
	email.IdentifierKind = "email"
	wide := filled
	wide.Chrome = long
	wide.Identifier = "a.very.long.address.that.does.not.end.for.quite.a.while@subdomain.of.a.department.northwind.example"
	wide.Providers = []ProviderButton{{ID: "Long", Name: long.Brand.Name, URL: "/x"}}
	only := filled
	only.ProvidersOnly, only.SignUpURL = true, ""

	fixtures := []Fixture{
		{"sign-in", signIn},
		{"sign-in-prefilled", filled},
		{"sign-in-email", email},
		{"sign-in-no-client", SignIn{Chrome: alone, Action: "/login", Flow: "f"}},
		{"sign-in-long", wide},
		{"sign-in-providers-only", only},
	}
	for _, p := range []Problem{
		SignInMissingIdentifier, SignInMissingPassword, SignInWrong, SignInThrottled, SignInLocked,
		SignInDisabled, SignInPasswordExpired, SignInUnconfirmed, SignInResetRequired, SignInUnavailable, "not in the catalogue",
	} {
		v := filled
		v.Problem, v.RetryAfter = p, 300
		fixtures = append(fixtures, Fixture{"sign-in-" + slug(p), v})
	}
	brief := filled
	brief.Problem, brief.RetryAfter = SignInThrottled, 1
	fixtures = append(fixtures, Fixture{"sign-in-throttled-briefly", brief})
	brief.Problem, brief.RetryAfter = SignInLocked, 45
	fixtures = append(fixtures, Fixture{"sign-in-locked-briefly", brief})

	newPassword := NewPassword{
		Chrome: app, Action: "/us-east-1_Example01/login", Flow: "f", Identifier: "mika.lindqvist@northwind.example",
		Policy: PasswordPolicy{MinLength: 12, Classes: []string{"upper", "lower", "digit", "symbol"}},
	}
	fixtures = append(fixtures, passwordFixtures(newPassword)...)

	consent := Consent{
		Chrome: app, Action: "/us-east-1_Example01/consent", Flow: "f", Account: "mika.lindqvist@northwind.example",
		ClientHost: "routes.example", ChooseURL: "/us-east-1_Example01/select-account", PolicyURL: "https://routes.example/privacy", TermsURL: "https://routes.example/terms",
		Scopes: []Scope{
			{Name: "openid"}, {Name: "profile"}, {Name: "email"}, {Name: "phone"}, {Name: "address"}, {Name: "offline_access"},
			{Name: "aws.cognito.signin.user.admin"},
			{Name: "https://api.northwind.example/rides.read", Description: "Read your rides"},
			{Name: "undescribed/scope"},
		},
	}
	fixtures = append(fixtures, Fixture{"consent", consent})
	consent.Chrome, consent.ClientHost, consent.Problem = long, "", ConsentMissing
	consent.Scopes = consent.Scopes[:2]
	fixtures = append(fixtures, Fixture{"consent-long", consent})

	choose := ChooseAccount{
		Chrome: app, Action: "/us-east-1_Example01/select-account", Flow: "f", Current: "mika.lindqvist@northwind.example", OtherURL: "/login",
		Known: []KnownAccount{{ID: "a", Name: "noa@northwind.example"}, {ID: "b", Name: "mika@acme.example", Provider: "Acme Works"}},
	}
	one := choose
	fixtures = append(fixtures, Fixture{"choose-account", choose})
	one.Known = nil
	fixtures = append(fixtures, Fixture{"choose-account-one", one})
	choose.Current = ""
	fixtures = append(fixtures, Fixture{"choose-account-signed-out", choose})
	choose.Chrome = long
	choose.Known = []KnownAccount{{ID: "c", Name: wide.Identifier, Provider: long.Brand.Name}}
	for _, p := range []Problem{ChooseAccountChanged, ChooseAccountMissing} {
		choose.Problem = p
		fixtures = append(fixtures, Fixture{"choose-account-" + slug(p), choose})
	}

	for _, k := range []ErrorKind{
		ErrorGeneric, ErrorRequest, ErrorNoClient, ErrorUnknownClient, ErrorRedirect, ErrorForbidden,
		ErrorNotFound, ErrorThrottled, ErrorUnavailable, ErrorTooLarge, ErrorNoSignUp, ErrorNoRecovery,
	} {
		v := Error{Chrome: alone, Kind: k, RequestID: request}
		switch k {
		case ErrorRequest, ErrorRedirect:
			v.Detail, v.HomeURL = "redirect_uri is not one of the client's", "/"
		case ErrorNoSignUp, ErrorNoRecovery:
			v.HomeURL = "/login"
		case ErrorNoClient:
			v.Detail = "The parameter 'client_id' is missing."
		}
		fixtures = append(fixtures, Fixture{"error-" + slug(k), v})
	}

	fixtures = append(fixtures,
		Fixture{"logout", Logout{Chrome: app, Action: "/us-east-1_Example01/logout", Flow: "f", Account: "mika.lindqvist@northwind.example"}},
		Fixture{"logout-no-client", Logout{Chrome: alone, Action: "/logout", Flow: "f"}},
		Fixture{"still-signed-in", StillSignedIn{Chrome: app, Account: "mika.lindqvist@northwind.example"}},
		Fixture{"signed-out", SignedOut{Chrome: app, ReturnURL: "https://routes.example/"}},
		Fixture{"signed-out-native", SignedOut{Chrome: alone, ReturnURL: "com.example.routes:/signed-out", SignInURL: "/login"}},
		Fixture{"expired", Expired{Chrome: app, RestartURL: "/login"}},
		Fixture{"expired-no-restart", Expired{Chrome: app}},
		Fixture{"expired-no-client", Expired{Chrome: alone, AccountURL: "/account"}},
		Fixture{"expired-link", Expired{Chrome: alone, AccountURL: "/account", Reason: ExpiredLink}},
		Fixture{"expired-link-signed-in", Expired{Chrome: alone, AccountURL: "/account", Account: "mika.lindqvist@northwind.example", Reason: ExpiredLink}},
		Fixture{"expired-undo", Expired{Chrome: alone, AccountURL: "/account", Reason: ExpiredUndo}},
		Fixture{"expired-undo-signed-in", Expired{Chrome: alone, AccountURL: "/account", Account: "mika.lindqvist@northwind.example", Reason: ExpiredUndo}},
		Fixture{"expired-moved", Expired{Chrome: alone, AccountURL: "/account", Account: "mika.lindqvist@northwind.example", Reason: ExpiredMoved}},
		Fixture{"expired-signed-in", Expired{Chrome: alone, AccountURL: "/account", Account: "mika.lindqvist@northwind.example"}},
	)
	for _, p := range []Problem{
		FederationDenied, FederationUnavailable, FederationInvalid, FederationExpired, FederationConflict, FederationDisabled, FederationTaken,
	} {
		fixtures = append(fixtures, Fixture{"federation-" + slug(p), FederationFailed{
			Chrome: app, ProviderName: "Acme Works", Problem: p, RetryURL: "/login", RequestID: request, Linking: p == FederationTaken,
		}})
	}
	for _, n := range []string{"confirmed", "reset"} {
		v := signIn
		v.Notice = n
		fixtures = append(fixtures, Fixture{"sign-in-notice-" + n, v})
	}
	for _, more := range []func(Chrome) []Fixture{
		accountFixtures, workFixtures, waysFixtures, mfaFixtures, passkeyFixtures, attributesFixtures, deviceFixtures, profileFixtures,
	} {
		fixtures = append(fixtures, more(app)...)
	}
	return append(fixtures, developerFixtures()...)
}
