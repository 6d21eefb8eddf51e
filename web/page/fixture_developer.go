package page

import "time"

// developerFixtures are the pages that only a development server shows.
func developerFixtures() []Fixture {
	dev := Chrome{Brand: Brand{Name: "Cognate"}}
	sent := time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)
	index := Index{
		Chrome:  dev,
		DemoURL: "/demo/", AccountURL: "/us-east-1_Example01/account", MailboxURL: "/mailbox", ConsoleURL: "/console", PreviewURL: "/preview/",
		Issuer:             "http://localhost:8080/us-east-1_Example01",
		DiscoveryURL:       "http://localhost:8080/us-east-1_Example01/.well-known/openid-configuration",
		RedirectURI:        "http://localhost:8080/demo/",
		IdentityPoolID:     "us-east-1:5f0c9d1e-6a5b-4c3d-8e7f-112233445566",
		IdentityPoolIssuer: "http://localhost:8080/identity/us-east-1:5f0c9d1e-6a5b-4c3d-8e7f-112233445566",
		SettingsFile:       ".cognate/dev.json",
		Clients: []IndexClient{
			{"public", "4k2n8v0q6r1s3t5w7x9y2z4a6b"}, {"confidential", "7m3p9d1f5g8h2j4k6l0z9x8c7v"}, {"machine", "1q3w5e7r9t2y4u6i8o0p1a3s5d"},
		},
		Users: []IndexUser{{Username: "alice", Email: "alice@example.com"}, {Username: "bob", Email: "bob@example.com"}},
	}
	open := index
	open.ConsoleURL = ""
	open.Users = []IndexUser{{Username: "alice", Email: "alice@example.com", Password: "quiet-harbour-42-lantern"}}
	return []Fixture{
		{"mailbox", Mailbox{Chrome: dev, Keeps: []string{"email", "sms"}, Messages: []Mail{
			{Channel: "email", To: "mika.lindqvist@northwind.example", Subject: "Route Planner: your code is 402 913", SentAt: sent.Add(time.Minute), Code: "402913",
				Text: "Your code is 402913. It works for ten minutes.\n\nWasn't you? Then do nothing: without the code nobody gets in."},
			{Channel: "sms", To: "+46 70 174 06 05", SentAt: sent, Code: "118204", Text: "118204 is your Route Planner code.\n@login.northwind.example #118204"},
			{Channel: "email", To: "a.very.long.address.that.does.not.end.for.quite.a.while@subdomain.of.a.department.northwind.example", Subject: "Choose a new password", SentAt: sent.Add(-time.Hour),
				Text: "Open this link in the browser you began in:\nhttps://login.northwind.example/reset?token=" + "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789",
				Link: "https://login.northwind.example/reset?token=abc"},
		}}},
		{"mailbox-empty", Mailbox{Chrome: dev, Keeps: []string{"email", "sms"}}},
		{"mailbox-texts-sent", Mailbox{Chrome: dev, Keeps: []string{"email"}}},
		{"mailbox-emails-sent", Mailbox{Chrome: dev, Keeps: []string{"sms"}}},
		{"mailbox-sent", Mailbox{Chrome: dev}},
		{"demo", Demo{Chrome: dev}},
		{"index", index},
		{"index-passwords", open},
	}
}
