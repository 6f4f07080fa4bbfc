module truce

go 1.26.0
