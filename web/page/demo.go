package page

// Demo is the demo app of a development server, an ordinary OpenID Connect
// public client. Serve it at /demo/ and wherever its redirect URI points; it
// reads /demo/config.json. Its scripts are static/demo.
type Demo struct{ Chrome }

func (Demo) file() string      { return "demo" }
func (Demo) styles() []string  { return []string{"demo/demo.css"} }
func (Demo) scripts() []string { return []string{"demo/app.js"} }
