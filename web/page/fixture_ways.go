package page

// waysFixtures are the pages about that, in every state.
func waysFixtures(Chrome) []Fixture { return nil }
