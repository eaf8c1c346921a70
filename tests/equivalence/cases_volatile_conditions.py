"""Values that are volatile under a condition, and what is differentiated where it does not hold."""

from __future__ import annotations

from cases_volatile import case, kept

MODE = ("torch.set_grad_enabled(",)

REWRITTEN = [
    case(
        "conditions/a way out above what is differentiated",
        """
        def run(x, y, train):
            x = Variable(x, volatile=not train)
            y = Variable(y)
            loss = criterion(net(x), y)
            if not train:
                return loss.item()
            net.zero_grad()
            loss.backward()
            return loss.item()

        a = run(*batches[0], False)
        b = run(*batches[1], True)
        """,
        contains=("torch.set_grad_enabled(torch.is_grad_enabled() and bool(train))",),
    ),
    case(
        "conditions/the next round instead",
        """
        def run(train):
            for x, y in batches:
                x = Variable(x, volatile=not train)
                loss = criterion(net(x), y)
                if not train:
                    see("loss", loss.item())
                    continue
                (loss * 2).backward()

        run(False)
        run(True)
        """,
        contains=MODE,
    ),
    case(
        "conditions/the other branch leaves",
        """
        def run(x, y, test):
            loss = criterion(net(Variable(x, volatile=test)), y)
            if not test:
                pass
            else:
                raise ValueError(loss.item())
            loss.backward()

        run(*batches[0], False)
        try:
            run(*batches[0], True)
        except ValueError as error:
            see("error", str(error))
        """,
        contains=("torch.set_grad_enabled(torch.is_grad_enabled() and not test)",),
    ),
    case(
        "conditions/computed and differentiated below the test",
        """
        def run(x, y, train):
            x = Variable(x, volatile=not train)
            out = net(x)
            if train:
                loss = criterion(out, y)
                (loss + out.mean()).backward()
            return out.data

        a = run(*batches[0], False)
        b = run(*batches[1], True)
        """,
        contains=MODE,
    ),
    case(
        "conditions/one of several words",
        """
        def run(x, mode):
            x = Variable(x, volatile=mode in ("val", "test"))
            return net(x).data

        a = run(batches[0][0], "val")
        b = run(batches[0][0], "train")
        """,
        contains=('torch.is_grad_enabled() and mode not in ("val", "test")',),
    ),
    case(
        "conditions/one of several words, and another is trained",
        """
        def run(x, y, mode):
            x = Variable(x, volatile=mode in ["val", "test"])
            loss = criterion(net(x), y)
            if mode == "train":
                loss.backward()
            return loss.item()

        for word in ("val", "train", "test"):
            see(word, run(*batches[0], word))
        """,
        contains=('mode not in ["val", "test"]',),
    ),
    case(
        "conditions/not one of several words",
        """
        def run(x, y, mode):
            x = Variable(x, volatile=mode not in ("train", "tune"))
            loss = criterion(net(x), y)
            if mode == "tune":
                loss.backward()
            return loss.item()

        for word in ("val", "train", "tune"):
            see(word, run(*batches[0], word))
        """,
        contains=MODE,
    ),
    case(
        "conditions/made a bool",
        """
        def run(x, a):
            x = Variable(x, volatile=bool(a))
            return net(x).data

        a = run(batches[0][0], 1)
        b = run(batches[0][0], [])
        """,
        contains=("torch.is_grad_enabled() and not a)",),
    ),
    case(
        "conditions/made a bool and denied",
        """
        def run(x, y, train):
            x = Variable(x, volatile=not bool(train))
            loss = criterion(net(x), y)
            if train:
                loss.backward()
            return loss.item()

        a = run(*batches[0], 1)
        b = run(*batches[0], 0)
        """,
        contains=("torch.is_grad_enabled() and bool(train))",),
    ),
    case(
        "conditions/phases",
        """
        def run(loaders):
            for phase in ["train", "val"]:
                net.train(phase == "train")
                total = 0.0
                for x, y in loaders:
                    x = Variable(x, volatile=(phase == "val"))
                    y = Variable(y)
                    loss = criterion(net(x), y)
                    if phase == "train":
                        loss.backward()
                    total += loss.item()
                see(phase, total)

        run(batches)
        """,
        contains=MODE,
    ),
    case(
        "conditions/phases by a flag",
        """
        for train in (True, False):
            for x, y in batches:
                v = Variable(x, volatile=not train)
                h = net(v)
                h = head(h)
                loss = criterion(h, y)
                if train:
                    loss.backward()
                see("loss", loss.item())
        """,
        contains=("torch.set_grad_enabled(bool(train))",),
    ),
    case(
        "conditions/a flag that is found anew, and nothing is carried on",
        """
        def run():
            for number, (x, y) in enumerate(batches):
                test = number % 2 == 0
                loss = criterion(net(Variable(x, volatile=test)), y)
                if not test:
                    loss.backward()
                see("loss", loss.item())

        run()
        """,
        contains=MODE,
    ),
    case(
        "conditions/a state within one phase",
        """
        def run():
            for phase in ["train", "val"]:
                h = Variable(torch.zeros(3, 2), volatile=phase == "val")
                for x, y in batches:
                    h = net(h + x)
                if phase == "train":
                    h.sum().backward()
                see(phase, h.data)

        run()
        """,
        contains=MODE,
    ),
]

KEPT = [
    kept(
        "conditions/the way out is for training",
        """
        def run(x, y, train):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            if train:
                return loss.item()
            loss.backward()
            return loss.item()

        run(*batches[0], False)
        """,
        note="what is volatile is differentiated",
    ),
    kept(
        "conditions/a way out that is not always taken",
        """
        def run(x, y, train, early):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            if not train:
                if early:
                    return loss.item()
            loss.backward()
            return loss.item()

        run(*batches[0], False, False)
        """,
        note="the branch may end without leaving",
    ),
    kept(
        "conditions/the way out asks for another flag",
        """
        def run(x, y, train, test):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            if test:
                return loss.item()
            loss.backward()

        run(*batches[0], False, False)
        """,
        note="one says nothing of the other",
    ),
    kept(
        "conditions/the way out of a loop inside",
        """
        def run(x, y, train):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            for _ in range(2):
                if not train:
                    break
            loss.backward()

        run(*batches[0], False)
        """,
        note="it only leaves the inner loop",
    ),
    kept(
        "conditions/the way out is caught",
        """
        def run(x, y, train):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            try:
                if not train:
                    raise ValueError
            except ValueError:
                pass
            loss.backward()

        run(*batches[0], False)
        """,
        note="what is raised is caught",
    ),
    kept(
        "conditions/differentiated on the way out",
        """
        def run(x, y, train):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            try:
                if not train:
                    return loss.item()
            finally:
                loss.backward()

        run(*batches[0], False)
        """,
        note="`finally` runs on every way",
    ),
    kept(
        "conditions/the flag changes before the way out",
        """
        def run(x, y, train):
            loss = criterion(net(Variable(x, volatile=not train)), y)
            train = True
            if not train:
                return loss.item()
            loss.backward()

        run(*batches[0], False)
        """,
        note="the flag is another by then",
    ),
    kept(
        "conditions/an attribute changes before the way out",
        """
        class Task(nn.Module):
            def begin(self):
                self.train()

            def run(self, x, y):
                loss = criterion(net(Variable(x, volatile=not self.training)), y)
                self.begin()
                if not self.training:
                    return loss.item()
                loss.backward()

        task = Task().eval()
        task.run(*batches[0])
        """,
        note="the attribute is another by then",
    ),
    kept(
        "conditions/words that overlap",
        """
        def run(x, y, mode):
            loss = criterion(net(Variable(x, volatile=mode in ("val", "test"))), y)
            if mode in ("train", "val"):
                loss.backward()

        run(*batches[0], "val")
        """,
        note="one word is in both",
    ),
    kept(
        "conditions/all but one word",
        """
        def run(x, y, mode):
            loss = criterion(net(Variable(x, volatile=mode == "val")), y)
            if mode != "train":
                loss.backward()

        run(*batches[0], "val")
        """,
        note="other than one word is the other word too",
    ),
    kept(
        "conditions/not one word, and not another",
        """
        def run(x, y, mode):
            loss = criterion(net(Variable(x, volatile=mode != "train")), y)
            if mode != "val":
                loss.backward()

        run(*batches[0], "test")
        """,
        note="a third word is neither",
    ),
    kept(
        "conditions/words of another name",
        """
        def run(x, y, mode, phase):
            loss = criterion(net(Variable(x, volatile=mode == "val")), y)
            if phase == "train":
                loss.backward()

        run(*batches[0], "val", "train")
        """,
        note="another name",
    ),
    kept(
        "conditions/a text in a text",
        """
        def run(x, y, mode):
            loss = criterion(net(Variable(x, volatile=mode in "validation")), y)
            if mode == "valid":
                loss.backward()

        run(*batches[0], "valid")
        """,
        note="`in` asks for a part of the text",
    ),
    kept(
        "conditions/a list of words that grows",
        """
        def run(x, words, word):
            v = Variable(x, volatile=word in words)
            words.append(word)
            return net(v).data

        a = run(batches[0][0], [], "val")
        net(batches[0][0]).sum().backward()
        """,
        note="the list is another by then",
    ),
    kept(
        "conditions/bool of what grows",
        """
        def run(x, words):
            v = Variable(x, volatile=bool(words))
            words.append(1)
            return net(v).data

        a = run(batches[0][0], [])
        """,
        note="the list is another by then",
    ),
    kept(
        "conditions/a bool of the program's own",
        """
        asked = []

        def bool(value):
            asked.append(value)
            return len(asked) % 2 == 0

        def run(x, a):
            v = Variable(x, volatile=bool(a))
            return net(v).data

        a = run(batches[0][0], 1)
        """,
        note="not the builtin",
    ),
    kept(
        "conditions/objects that compare as they like",
        """
        class Mode:
            def __eq__(self, other):
                return True

        def run(x, y, mode):
            loss = criterion(net(Variable(x, volatile=mode == "val")), y)
            if mode == "train":
                loss.backward()

        run(*batches[0], Mode())
        """,
        note="it is equal to both words",
    ),
    kept(
        "conditions/a state that goes through the phases",
        """
        def run():
            h = torch.zeros(3, 2)
            for phase in ["val", "train"]:
                v = Variable(h, volatile=phase == "val")
                h = net(v + h)
                if phase == "train":
                    h.sum().backward()

        run()
        """,
        note="a volatile value of one round goes into the other",
    ),
    kept(
        "conditions/a list that goes through the phases",
        """
        def run():
            outs = []
            for phase in ["val", "train"]:
                for x, y in batches:
                    outs.append(net(Variable(x, volatile=phase == "val")))
                see(phase, sum(outs).sum().item())

        run()
        """,
        note="volatile values of one round go into the other",
    ),
    kept(
        "conditions/an attribute that goes through the phases",
        """
        class Task:
            def run(self):
                self.h = torch.zeros(3, 2)
                for phase in ["val", "train"]:
                    v = Variable(batches[0][0], volatile=phase == "val")
                    self.g = net(v)
                    self.h = net(self.h) + self.g
                    see(phase, self.h.data)

        Task().run()
        """,
        note="volatile values of one round go into the other",
    ),
    kept(
        "conditions/a flag that is found anew in each round",
        """
        def run():
            h = torch.zeros(3, 2)
            for number, (x, y) in enumerate(batches):
                test = number % 2 == 0
                h = net(Variable(x, volatile=test) + h)
                if not test:
                    h.sum().backward()

        run()
        """,
        note="a volatile value of one round goes into the next",
    ),
    kept(
        "conditions/a flag that turns in a while loop",
        """
        def run():
            h, number = torch.zeros(3, 2), 0
            while number < 3:
                test = number % 2 == 0
                number += 1
                h = net(Variable(batches[0][0], volatile=test) + h)
                see("h", h.data)

        run()
        """,
        note="a volatile value of one round goes into the next",
    ),
    kept(
        "conditions/a sum over the phases is differentiated",
        """
        def run():
            total = torch.zeros(())
            for phase in ["val", "train"]:
                loss = net(Variable(batches[0][0], volatile=phase == "val")).sum()
                total = total + loss
            if phase == "train":
                total.backward()

        run()
        """,
        note="the sum holds what was volatile",
    ),
    kept(
        "conditions/a list that another function fills",
        """
        flags = []

        def fill():
            flags.append(1)

        def run(x, given):
            loss = net(Variable(x, volatile=not given)).sum()
            fill()
            if given:
                loss.backward()

        run(batches[0][0], flags)
        """,
        note="the list is another by then",
    ),
    kept(
        "conditions/a namespace that another function changes",
        """
        class Args:
            test = True

        args = Args()

        def turn():
            args.test = False

        def run(x):
            loss = net(Variable(x, volatile=args.test)).sum()
            turn()
            if not args.test:
                loss.backward()

        run(batches[0][0])
        """,
        note="the attribute is another by then",
    ),
    kept(
        "conditions/the best of the rounds",
        """
        def run():
            best = None
            for phase in ["val", "train"]:
                loss = net(Variable(batches[0][0], volatile=phase == "val")).sum()
                if phase == "train":
                    (loss + best if best is not None else loss).backward()
                best = loss

        run()
        """,
        note="a volatile value of one round goes into the next",
    ),
    kept(
        "conditions/used behind the phases",
        """
        def run():
            for phase in ["train", "val"]:
                v = Variable(batches[0][0], volatile=phase == "val")
                if phase == "train":
                    break
            return net(v).data

        a = run()
        """,
        note="the block would stand behind the loop",
    ),
    kept(
        "conditions/bound in one round only",
        """
        def run():
            out = torch.zeros(3, 2)
            for phase in ["val", "train"]:
                if phase == "val":
                    out = net(Variable(batches[0][0], volatile=phase == "val"))
                see(phase, head(out).data)

        run()
        """,
        note="the value of the first round is used in the second",
    ),
]

CASES = [*REWRITTEN, *KEPT]
