package page

// attributesFixtures are the pages about that, in every state.
func attributesFixtures(Chrome) []Fixture { return nil }
