package api

// schemaOperations change a pool's attributes after it was made.
func (a *API) schemaOperations() []Operation { return nil }
