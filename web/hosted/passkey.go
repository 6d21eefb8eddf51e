package hosted

import "net/http"

// passkeyRoutes serves what passkeys need.
func (d *Door) passkeyRoutes(*http.ServeMux) {}
