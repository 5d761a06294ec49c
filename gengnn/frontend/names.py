"""Names for generated code: identifiers that C++ and SystemVerilog accept, from module paths."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from gengnn.ir import Node
from gengnn.ops.base import Op

CPP_WORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
class compl concept const const_cast constexpr continue decltype default delete do double
dynamic_cast else enum explicit export extern false float for friend goto if inline int long main
mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public
register reinterpret_cast requires return short signed sizeof static static_assert static_cast std
struct switch template this thread_local throw true try typedef typeid typename union unsigned
using virtual void volatile wchar_t while xor xor_eq gg hls
"""
"""C++14, and the namespaces of the generated C++."""

VERILOG_WORDS = """
accept_on alias always always_comb always_ff always_latch assert assign assume automatic before
begin bind bins binsof bit buf bufif0 bufif1 byte casex casez cell chandle checker clocking cmos
config constraint context cover covergroup coverpoint cross deassign defparam design disable dist
edge end endcase endchecker endclass endclocking endconfig endfunction endgenerate endgroup
endinterface endmodule endpackage endprimitive endprogram endproperty endsequence endspecify
endtable endtask event eventually expect extends final first_match force foreach forever fork
forkjoin function generate genvar global highz0 highz1 iff ifnone ignore_bins illegal_bins
implements implies import incdir include initial inout input inside instance integer interconnect
interface intersect join join_any join_none large let liblist library local localparam logic
macromodule matches medium modport module nand negedge nettype nexttime nmos nor noshowcancelled
notif0 notif1 null output package packed parameter pmos posedge primitive priority program
property pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc
randcase randsequence rcmos real realtime ref reg reject_on release repeat restrict rnmos rpmos
rtran rtranif0 rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence
shortint shortreal showcancelled small soft solve specify specparam string strong strong0 strong1
super supply0 supply1 sync_accept_on sync_reject_on table tagged task time timeprecision timeunit
tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type unique unique0 until until_with
untyped uwire var vectored wait wait_order wand weak weak0 weak1 wildcard wire with within wor
xnor
"""
"""SystemVerilog (IEEE 1800-2017, annex B)."""

PORT_WORDS = "clk rst_n top"
"""Signals of every generated module."""

RESERVED = frozenset([*CPP_WORDS.split(), *VERILOG_WORDS.split(), *PORT_WORDS.split()])
"""Words that cannot name a signal or a variable."""

MAX_LENGTH = 80
"""Characters of a name; some tools stop at a few hundred."""


def identifier(text: str) -> str:
    """`text` as a lower-case-safe identifier; other characters become underscores."""
    name = re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_]", "_", text))[:MAX_LENGTH].strip("_")
    if not name or name[0].isdigit():
        name = f"n_{name}".rstrip("_")
    return f"{name}_" if name.lower() in RESERVED else name


def _label(op: Op) -> str:
    """What an op is called in names: the function of a table, the relation of a comparison."""
    told = getattr(op, "function", None) or getattr(op, "relation", None)
    return str(told or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(op).__name__).lower())


def name_nodes(
    nodes: Sequence[Node], modules: Collection[str], taken: Collection[str]
) -> dict[str, str]:
    """A readable, unique name for each node: module path, and op unless it is the module's only.

    Names differ in more than case, since file systems may not tell cases apart.
    """
    inner = {path.rsplit(".", 1)[0] for path in modules if "." in path}
    crowd = Counter(node.source.module for node in nodes)
    used = {name.lower() for name in taken}
    names: dict[str, str] = {}
    for node in nodes:
        path, label = node.source.module, _label(node.op)
        is_alone = bool(path) and crowd[path] == 1 and path not in inner
        base = identifier(path if is_alone else f"{path}_{label}" if path else label)
        name, count = base, 2
        while name.lower() in used:
            name, count = f"{base}_{count}", count + 1
        used.add(name.lower())
        names[node.name] = name
    return names
