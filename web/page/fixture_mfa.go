package page

// mfaFixtures are the pages about that, in every state.
func mfaFixtures(Chrome) []Fixture { return nil }
