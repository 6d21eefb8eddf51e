package page

// passkeyFixtures are the pages about that, in every state.
func passkeyFixtures(Chrome) []Fixture { return nil }
