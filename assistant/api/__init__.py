"""What is not a page: routes of the server, and the layers around all of them."""
