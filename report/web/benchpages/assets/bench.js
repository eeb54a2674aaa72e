"use strict";
// The live part of the pages: takes in what has changed on the tray, and moves between the
// tiles by arrow keys. Without it the pages are whole, and stand still.
(() => {
	const body = document.body;
	const isTray = body.dataset.page === "tray";
	const live = document.getElementById("live");
	const lists = { here: document.getElementById("here"), gone: document.getElementById("gone") };
	const said = document.getElementById("said");
	const tiles = new Map();
	for (const tile of document.querySelectorAll("li[data-udid]")) tiles.set(tile.dataset.udid, tile);

	let source, seen = live.dataset.picture, heardAt, closed = !("changes" in live.dataset);

	// tell says how far what stands here can be trusted.
	const tell = (state, text) => {
		live.className = "live " + state;
		live.querySelector(".text").textContent = text;
	};

	const parse = html => {
		const template = document.createElement("template");
		template.innerHTML = html;
		return template.content.firstElementChild;
	};

	// put places a tile, and leaves the keyboard where it was.
	const put = change => {
		const old = tiles.get(change.udid);
		const focused = old && old.contains(document.activeElement);
		const tile = parse(change.html);
		if (old) old.remove();
		lists[change.list].insertBefore(tile, tiles.get(change.before) || null);
		tiles.set(change.udid, tile);
		if (focused) tile.firstElementChild.focus({ preventScroll: true });
	};

	const takeTray = change => {
		if (change.whole) {
			for (const tile of tiles.values()) tile.remove();
			tiles.clear();
		}
		for (const tile of change.tiles) put(tile);
		const overview = document.getElementById("overview");
		const before = overview.querySelector(".amiss")?.textContent;
		overview.innerHTML = change.overview;
		const warning = overview.querySelector(".amiss");
		if (warning && warning.textContent === before) warning.removeAttribute("role"); // it was read out already
	};

	// parts names what can be opened or followed on the page of a device. A fold is named without
	// the number of what is in it, and those of the same name are told apart by their order.
	const parts = () => {
		const named = new Map(), times = new Map();
		for (const part of document.querySelectorAll("#main summary, #main a")) {
			const name = part.matches("summary") ? part.firstChild.textContent : part.getAttribute("href");
			const time = (times.get(name) || 0) + 1;
			times.set(name, time);
			named.set(time + " " + name, part);
		}
		return named;
	};

	// takeDevice asks for the page anew if it is this device that has changed. Open folds stay
	// open, and the keyboard stays where it was.
	const takeDevice = async change => {
		if (!change.tiles.some(tile => tile.udid === live.dataset.udid)) return;
		const answer = await fetch(location.href);
		if (!answer.ok) return;
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const before = [...parts()], focused = before.find(([, part]) => part === document.activeElement);
		document.getElementById("main").replaceWith(page.getElementById("main"));
		document.title = page.title;
		const now = parts();
		for (const [name, part] of before) if (part.matches("summary") && now.has(name)) now.get(name).parentElement.open = part.parentElement.open;
		if (focused && now.has(focused[0])) now.get(focused[0]).focus({ preventScroll: true });
	};

	const take = event => {
		const change = JSON.parse(event.data);
		heardAt = Date.now();
		seen = event.lastEventId;
		if (isTray) takeTray(change); else takeDevice(change).catch(() => {});
		const mine = change.tiles.filter(tile => isTray || tile.udid === live.dataset.udid);
		const words = mine.map(tile => tile.says).filter(Boolean);
		if (!change.whole && words.length > 0) said.textContent = words.slice(0, 3).join(". ");
		if (change.over) {
			closed = true;
			source.close();
			tell("over", "The run is over");
		} else {
			tell("on", "Live");
		}
	};

	const open = () => {
		if (closed || document.hidden) return;
		if (source) source.close();
		heardAt = Date.now();
		source = new EventSource("/events?after=" + encodeURIComponent(seen));
		source.addEventListener("change", take);
		source.addEventListener("beat", () => { heardAt = Date.now(); tell("on", "Live"); });
		source.addEventListener("error", () => { if (!closed) tell("lost", "Not connected: trying again"); });
	};

	// A page that nobody sees needs no connection, of which a browser has few.
	document.addEventListener("visibilitychange", () => {
		if (document.hidden && source) source.close(); else open();
	});
	window.addEventListener("pageshow", event => { if (event.persisted) open(); });
	window.addEventListener("pagehide", () => { if (source) source.close(); });
	setInterval(() => {
		const refused = source && source.readyState === EventSource.CLOSED;
		if (!closed && !document.hidden && (refused || Date.now() - heardAt > 40000)) open();
	}, 5000);
	open();

	// below is the tile in the row above or below that stands nearest.
	const below = (tile, down) => {
		const at = tile.getBoundingClientRect(), all = [...tile.parentElement.children];
		const beyond = all.map(other => ({ other, box: other.getBoundingClientRect() }))
			.filter(({ box }) => down ? box.top > at.top + 1 : box.top < at.top - 1);
		const distance = ({ box }) => Math.abs(box.top - at.top) * 10000 + Math.abs(box.left - at.left);
		return beyond.length ? beyond.reduce((a, b) => distance(b) < distance(a) ? b : a).other : null;
	};

	document.addEventListener("keydown", event => {
		if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
		if (!isTray) {
			if (event.key === "Escape") location.assign("/");
			return;
		}
		const tile = document.activeElement.closest("li[data-udid]");
		const ends = { Home: "firstElementChild", End: "lastElementChild" };
		const moves = {
			ArrowRight: t => t.nextElementSibling, ArrowLeft: t => t.previousElementSibling,
			ArrowDown: t => below(t, true), ArrowUp: t => below(t, false),
			Home: t => t.parentElement[ends.Home], End: t => t.parentElement[ends.End],
		};
		if (!(event.key in moves)) return;
		if (!tile && document.activeElement !== body) return;
		const next = tile ? moves[event.key](tile) : event.key.startsWith("Arrow") && lists.here.firstElementChild;
		if (!next) return;
		event.preventDefault();
		next.firstElementChild.focus();
	});
})();
