package hosted

import "net/http"

// deviceRoutes serves the page that asks whether to remember a browser.
func (d *Door) deviceRoutes(*http.ServeMux) {}
