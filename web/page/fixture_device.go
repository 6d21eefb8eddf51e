package page

// deviceFixtures are the pages about that, in every state.
func deviceFixtures(Chrome) []Fixture { return nil }
