"""The calculator: arithmetic on simpleeval, bounded in length, in size and so in time."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from simpleeval import FunctionNotDefined, InvalidExpression, SimpleEval

from assistant.agent.acts import Effect
from assistant.agent.tool import tool
from assistant.errors import ToolError

LONGEST = 500
DIGITS = 1000
MOST_BITS = 8 * DIGITS  # before computing; a digit has 3.3 bits, a factor may count double
LARGEST_FACTORIAL = 450
DECIMALS = 15

TOO_LARGE = f"The result is too large: at most {DIGITS} digits, or about 1.8e308 with decimals."
NOT_ARITHMETIC = "This is not arithmetic that the calculator can read: numbers, + - * / // % ^ ( )"

# `^` is a power here, as people write it; the others are what keyboards and documents hold.
SPELLINGS = str.maketrans({"^": "**", "×": "*", "·": "*", "÷": "/", "−": "-"})  # noqa: RUF001

Number = int | float


@tool(Effect.READ, "Calculated", about="Works out sums, exactly.")
async def calculator(expression: str) -> str:
    """Evaluate an arithmetic expression such as "2*(3+4)^2" or "sqrt(2)/log(10, 2)".

    Knows + - * / // % (remainder) ^ (power), comparisons, pi, e, tau, and the functions abs,
    round, floor, ceil, trunc, min, max, sqrt, cbrt, exp, ln, log(x, base), log2, log10, sin, cos,
    tan, asin, acos, atan, atan2, degrees, radians (angles in radians), hypot, gcd, lcm, factorial.
    """
    if len(expression) > LONGEST:
        raise ToolError(f"The expression is too long: at most {LONGEST} characters.")
    return _spoken(_value(expression.translate(SPELLINGS).strip()))


def _value(expression: str) -> Any:  # noqa: ANN401  (simpleeval is untyped; _spoken checks it)
    """What the expression amounts to. Raises ToolError for all that can be wrong with it."""
    try:
        return _evaluator().eval(expression, ast.parse(expression, mode="eval").body)
    except FunctionNotDefined as error:
        known = ", ".join(sorted(FUNCTIONS))
        raise ToolError(f"There is no function {error.func_name}. Known: {known}.") from error
    except ZeroDivisionError as error:
        raise ToolError("Division by zero.") from error
    except OverflowError as error:
        raise ToolError(TOO_LARGE) from error
    except (InvalidExpression, SyntaxError, RecursionError, MemoryError) as error:
        raise ToolError(NOT_ARITHMETIC) from error
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise ToolError(f"This cannot be calculated: {error}.") from error


def _spoken(value: object) -> str:
    """The value in digits: whole numbers whole, others to 15 digits. Raises ToolError."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, float) or math.isnan(value):
        raise ToolError("The result is not a real number.")
    if math.isinf(value):
        raise ToolError(TOO_LARGE)
    return format(value + 0.0, ".15g")  # adding zero turns -0.0 into 0


def _evaluator() -> SimpleEval:
    """A fresh evaluator that knows numbers and nothing else: no strings, no attributes."""
    evaluator = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=NAMES)
    known = {kind: evaluator.nodes[kind] for kind in NODES}
    evaluator.nodes = {**known, ast.Constant: _constant}
    return evaluator


def _constant(node: ast.Constant) -> Number:
    if not isinstance(node.value, int | float):
        raise InvalidExpression("not a number")
    return node.value


def _bounded(value: Any) -> Any:  # noqa: ANN401  (whatever the operator gives)
    """The value, unless it is a whole number of too many digits: OverflowError."""
    if isinstance(value, int) and abs(value) >= 10**DIGITS:
        raise OverflowError
    return value


def _within_bounds(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: _bounded(function(*values))


def _power(base: Any, exponent: Any) -> Any:  # noqa: ANN401  (numbers of any kind)
    """base ** exponent; refused before it is computed where it would fill the memory."""
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and abs(base) > 1 and base.bit_length() * exponent > MOST_BITS:
        raise OverflowError
    return base**exponent


def _factorial(number: int) -> int:
    if number > LARGEST_FACTORIAL:
        raise OverflowError
    return math.factorial(number)


def _round(number: Number, decimals: int = 0) -> Number:
    """Rounded to so many decimals; bounded, since round(1, -10**9) would fill the memory."""
    if abs(decimals) > DECIMALS:
        raise ValueError(f"round takes at most {DECIMALS} decimals")
    return round(number, decimals) if decimals else round(number)


NODES = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name)

OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _within_bounds(operator.add),
    ast.Sub: _within_bounds(operator.sub),
    ast.Mult: _within_bounds(operator.mul),
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _within_bounds(_power),
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _within_bounds(getattr(math, name)) for name in (
        "floor", "ceil", "trunc", "sqrt", "cbrt", "exp", "log", "log2", "log10", "sin", "cos",
        "tan", "asin", "acos", "atan", "atan2", "degrees", "radians", "hypot", "gcd", "lcm",
    )},
    "ln": math.log,
    "abs": abs,
    "min": min,
    "max": max,
    "pow": _within_bounds(_power),
    "round": _within_bounds(_round),
    "factorial": _within_bounds(_factorial),
}  # fmt: skip

NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau, "True": True, "False": False}
