package hosted

import "net/http"

// attributeRoutes serves the page that asks for what the pool wants to know by now.
func (d *Door) attributeRoutes(*http.ServeMux) {}
