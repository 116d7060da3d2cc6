module dirigent

go 1.24
