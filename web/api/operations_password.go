package api

// passwordOperations are about passwords.
func (a *API) passwordOperations() []Operation { return nil }
