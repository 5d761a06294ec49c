"""Train a model on ogbg-molhiv and keep the weights of the best validation epoch.

Usage: python -m benchmarks.train_molhiv --model gcn --data molhiv.npz --epochs 20
"""

import argparse
import time
from pathlib import Path

import torch
from torch import nn
from torch_geometric.data import Data
from torch_geometric.loader import DataLoader

from benchmarks.models import MODELS, forward
from benchmarks.molhiv import SPLITS, load_molhiv, roc_auc


def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """Return the ROC-AUC of the model in evaluation mode over the loader's graphs."""
    model.eval()
    labels, scores = [], []
    with torch.no_grad():
        for b in loader:
            scores.append(forward(model, b))
            labels.append(b.y)
    return roc_auc(torch.cat(labels).flatten().numpy(), torch.cat(scores).flatten().numpy())


def train_epoch(
    model: nn.Module,
    loader: DataLoader,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> float:
    """Take one pass of binary cross-entropy steps; return the mean loss per graph."""
    model.train()
    total, count = 0.0, 0
    for b in loader:
        optimizer.zero_grad()
        logits = forward(model, b)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, b.y)
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item() * b.num_graphs
        count += b.num_graphs
    return total / count


def save(model: nn.Module, out: Path) -> None:
    """Write the state dict to `out` in one step, so that a reader never sees half a file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    torch.save(model.state_dict(), partial)
    partial.replace(out)


def train(model: nn.Module, parts: dict[str, list[Data]], args: argparse.Namespace) -> None:
    """Train with Adam and a one-cycle rate, saving at each new best validation AUC."""
    loaders = {
        name: DataLoader(part, args.batch_size, shuffle=name == "train", drop_last=name == "train")
        for name, part in parts.items()
    }
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=args.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=args.lr, epochs=args.epochs, steps_per_epoch=len(loaders["train"])
    )
    best = 0.0
    for epoch in range(1, args.epochs + 1):
        start = time.perf_counter()
        loss = train_epoch(model, loaders["train"], optimizer, schedule)
        valid, test = (evaluate(model, loaders[name]) for name in ("valid", "test"))
        if valid > best:
            best = valid
            save(model, args.out)
        mark = " *" if valid == best else ""
        seconds = time.perf_counter() - start
        print(
            f"epoch {epoch:2d}  loss {loss:.4f}  valid AUC {valid:.4f}  test AUC {test:.4f}"
            f"  {seconds:.1f} s{mark}",
            flush=True,
        )


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="path of molhiv.npz")
    parser.add_argument("--model", choices=MODELS, default="gin")
    parser.add_argument("--out", type=Path, help="state dict, by default weights/MODEL.pt")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--lr", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    parser.add_argument("--limit", type=int, help="graphs per part, for a trial run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Train, then report the AUC of the saved weights."""
    args = parse_args()
    args.out = args.out or Path(__file__).parent / "weights" / f"{args.model}.pt"
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    parts = {name: load_molhiv(args.data, name)[: args.limit] for name in SPLITS}
    model = MODELS[args.model]()
    train(model, parts, args)
    model.load_state_dict(torch.load(args.out, weights_only=True))
    for name in ("valid", "test"):
        print(f"saved weights: {name} AUC {evaluate(model, DataLoader(parts[name], 512)):.4f}")


if __name__ == "__main__":
    main()
