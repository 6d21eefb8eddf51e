package page

// profileFixtures are the pages about that, in every state.
func profileFixtures(Chrome) []Fixture { return nil }
