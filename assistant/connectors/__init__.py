"""What stands behind the tools: the vendors' and the users' own servers, each in its protocol.

A connector implements a protocol of `assistant.agent.backends`. It is given an address and its
credentials, and knows neither settings nor tables; all that it says to others goes out through
`network`.
"""
