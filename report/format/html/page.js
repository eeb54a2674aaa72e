
"use strict";
(() => {
	// Folded parts are printed too. The style sees to it where a browser knows
	// ::details-content; elsewhere they are opened for as long as it takes.
	if (!CSS.supports("selector(::details-content)")) {
		let folded = [];
		addEventListener("beforeprint", () => {
			folded = [...document.querySelectorAll("details:not([open])")];
			for (const part of folded) part.open = true;
		});
		addEventListener("afterprint", () => {
			for (const part of folded) part.open = false;
		});
	}

	const table = document.querySelector(".overview");
	if (!table) return;
	const tools = document.querySelector(".tools");
	const shelf = document.querySelector(".cards");
	const fold = document.querySelector(".fold");
	const body = table.tBodies[0];
	const heads = [...table.tHead.rows[0].cells];
	const rows = [...body.rows];
	const cardOf = row => document.getElementById(row.dataset.card);

	const order = list => {
		body.append(...list);
		shelf.append(...new Set(list.map(cardOf)));
	};

	const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
	const keyOf = cell => cell.dataset.sort ?? cell.querySelector("time")?.dateTime ?? cell.textContent.trim();

	// What is unknown stands last, whichever way the others are sorted.
	const sort = head => {
		const column = heads.indexOf(head);
		const down = head.getAttribute("aria-sort") === "ascending";
		const unknown = cell => cell.matches(".date") && !cell.querySelector("time");
		const keyed = rows.map(row => ({ row, key: unknown(row.cells[column]) ? "" : keyOf(row.cells[column]) }));
		keyed.sort((a, b) => (a.key === "") - (b.key === "") || (down ? -1 : 1) * collator.compare(a.key, b.key));
		for (const other of heads) other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort", down ? "descending" : "ascending");
		order(keyed.map(entry => entry.row));
	};

	for (const head of heads) {
		const button = document.createElement("button");
		button.type = "button";
		button.append(...head.childNodes);
		button.addEventListener("click", () => sort(head));
		head.append(button);
	}

	const haystacks = new Map();
	const haystack = row => {
		if (!haystacks.has(row)) {
			const facts = cardOf(row).querySelector(".facts");
			haystacks.set(row, (row.textContent + " " + facts.textContent).toLowerCase());
		}
		return haystacks.get(row);
	};

	const filter = () => {
		const verdict = tools.verdict.value;
		const check = tools.check?.value ?? "";
		const text = tools.text.value.trim().toLowerCase();
		const open = new Set();
		let shown = 0;
		for (const row of rows) {
			row.hidden = verdict !== "" && row.dataset.verdict !== verdict ||
				check !== "" && !row.dataset.checks.split(" ").includes(check) ||
				text !== "" && !haystack(row).includes(text);
			if (!row.hidden) {
				shown++;
				open.add(row.dataset.card);
			}
		}
		for (const row of rows) cardOf(row).hidden = !open.has(row.dataset.card);
		tools.querySelector("output").value = `${shown} of ${rows.length} shown`;
	};

	tools.addEventListener("input", filter);
	tools.addEventListener("submit", event => event.preventDefault());
	tools.addEventListener("reset", () => {
		for (const head of heads) head.removeAttribute("aria-sort");
		order(rows);
		setTimeout(filter); // once the fields are empty
	});
	for (const link of document.querySelectorAll("[data-check]")) {
		link.addEventListener("click", () => {
			tools.check.value = link.dataset.check;
			filter();
		});
	}

	fold.addEventListener("click", () => {
		const opening = fold.textContent === "Open all";
		for (const part of shelf.querySelectorAll("details")) part.open = opening;
		fold.textContent = opening ? "Close all" : "Open all";
	});

	tools.hidden = rows.length < 2;
	fold.hidden = false;
})();
