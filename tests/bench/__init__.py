"""The bench: our speed against hand-written baselines, in one run on genuine servers. `make bench` runs it.

`__main__`     starts the servers, runs the goals, prints the table
`machine`      the servers on one core, our code on another
`measuring`    A, B, A, B: paired ratios, ratios of minima, a control of A against itself
`workload`     what an invented community does, the same for both sides
`ingest`       goals 1 to 4, through the real door (`doors`) against `raw_ingest`
`consume`      goal 5, and `fold` goal 6, against `raw_consume`
`replay`       goal 12
`kinds`        20 badges (`twenty`) and 5 boards: goal 5 once more, and what each kind of badge adds
`boards`       goals 7 to 9, and 13 on open boards
`sealing`      goal 13 on sealed months, against SQL where there is a `postgres`

The goals are those of the design (performance, section 9). Nothing is asserted about times, only about results: a ratio
of two programs that do different things says nothing. Flattered baselines are named in the table or where they stand.
"""
