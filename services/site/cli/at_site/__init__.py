"""The commands of `kap site`: arguments in, the agent called, tables or JSON out."""
