"""Genuine MongoDB and genuine Apache Kafka without Docker, root or an installed Java; the stack above.

`mongod`, `kafka`   start one server in a directory of its own, for a test or for the stack
`jars`              what Kafka is made of, fetched once and checked against `kafka-jars.lock`
`server`            a started server: stop, kill, pause, resume, start again
`ports`             free ports, and who holds a taken one
`stack`             `make up` and `make down`: everything in the background, healed by supervisord
"""
