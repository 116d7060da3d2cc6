module {{name}}

go 1.24

require dirigent v0.0.0

// `dirigent plugin build` puts it there; `.dirigent` is not for version control.
replace dirigent => ./.dirigent/sdk/go
