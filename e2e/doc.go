// Package e2e tests the built binary over its sockets alone, with a real
// browser and with other people's clients: the newcomer's five steps, OpenID
// Connect libraries for Go and Node.js, the AWS SDK for Python, a real upstream
// provider, two processes on one database, kill -9 and races. What can be
// tested inside one process is tested beside its package.
//
// Each test starts a server of its own on a free port; pictures of failures go to
// e2e/artefacts, with COGNATE_TEST_PICTURES=1 also those of every page.
// `go test -short` runs none of it.
//
// COGNATE_TEST_BINARY names a server to test instead of one built from the tree.
// COGNATE_TEST_POSTGRES is the address of a PostgreSQL superuser's database;
// without it a server is started for the tests.
package e2e
