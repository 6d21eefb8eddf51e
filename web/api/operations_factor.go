package api

// factorOperations are operators' acts on users' factors and devices.
func (a *API) factorOperations() []Operation { return nil }
