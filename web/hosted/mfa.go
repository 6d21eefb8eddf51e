package hosted

import "net/http"

// secondRoutes serves what second factors need.
func (d *Door) secondRoutes(*http.ServeMux) {}
