"""The parts that pages are made of; a JavaScript part lies beside the Python file that wraps it."""
