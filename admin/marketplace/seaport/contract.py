"""Seaport's functions, for calls from Python."""

from admin.marketplace.seaport.order import COMPONENTS, PARAMETERS
from ganshare.chain.abi import Function

__all__ = [
    "CANCEL",
    "FULFILL_AVAILABLE",
    "FULFILL_ORDER",
    "GET_CONDUIT",
    "GET_COUNTER",
    "GET_ORDER_HASH",
    "GET_ORDER_STATUS",
    "INCREMENT_COUNTER",
    "INFORMATION",
    "IS_APPROVED",
    "SEAPORT_1_6",
    "SET_APPROVAL",
]

SEAPORT_1_6 = "0x0000000000000068F116a894984e2DB1123eB395"  # the same on every chain

_ORDER = f"({PARAMETERS},bytes)"
_FULFILMENTS = "(uint256,uint256)[][]"

CANCEL = Function(f"cancel({COMPONENTS}[])", ("bool",))
FULFILL_AVAILABLE = Function(
    f"fulfillAvailableOrders({_ORDER}[],{_FULFILMENTS},{_FULFILMENTS},bytes32,uint256)"
)
FULFILL_ORDER = Function(f"fulfillOrder({_ORDER},bytes32)", ("bool",))
GET_COUNTER = Function("getCounter(address)", ("uint256",))
GET_ORDER_HASH = Function(f"getOrderHash({COMPONENTS})", ("bytes32",))
# whether validated, whether cancelled, filled, of
GET_ORDER_STATUS = Function("getOrderStatus(bytes32)", ("bool", "bool", "uint256", "uint256"))
INCREMENT_COUNTER = Function("incrementCounter()", ("uint256",))
INFORMATION = Function("information()", ("string", "bytes32", "address"))

# The conduit controller's, and the collection's own.
GET_CONDUIT = Function("getConduit(bytes32)", ("address", "bool"))
IS_APPROVED = Function("isApprovedForAll(address,address)", ("bool",))
SET_APPROVAL = Function("setApprovalForAll(address,bool)")
