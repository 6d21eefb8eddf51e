package api

// selfOperations users call for themselves, with an access token of their own.
func (a *API) selfOperations() []Operation { return nil }
