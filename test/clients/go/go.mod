module behalf.example/clients

go 1.26.0

require (
	filippo.io/torchwood v0.6.1
	github.com/coreos/go-oidc/v3 v3.21.0
	golang.org/x/mod v0.43.0
	golang.org/x/oauth2 v0.38.0
)

require (
	github.com/go-jose/go-jose/v4 v4.1.4 // indirect
	golang.org/x/crypto v0.38.0 // indirect
	golang.org/x/sync v0.14.0 // indirect
)
