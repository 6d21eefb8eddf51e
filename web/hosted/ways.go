package hosted

import "net/http"

// wayRoutes serves the ways in beside a password.
func (d *Door) wayRoutes(*http.ServeMux) {}
